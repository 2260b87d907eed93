import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, rowsAt, textField } from '../answers.ts';
import { plistOf } from './plist.ts';

export interface Partition {
  readonly name: string;
  /** Apple's name of its type, such as `Windows_FAT_32`. */
  readonly content: string;
  readonly mountPoint: string | null;
  /** macOS knows the name of what it can read. */
  readonly volumeName: string | null;
}

export interface ExternalDisk {
  readonly name: string;
  readonly bytes: number | null;
  /** A disk without partitions is one itself. */
  readonly partitions: readonly Partition[];
}

function partitionOf(row: Fields): Partition | undefined {
  const [name, content] = [textField(row, 'DeviceIdentifier'), textField(row, 'Content')];
  if (!name) return undefined;
  return {
    name,
    content: content ?? '',
    mountPoint: textField(row, 'MountPoint') ?? null,
    volumeName: textField(row, 'VolumeName') ?? null,
  };
}

function diskOf(row: Fields): ExternalDisk | undefined {
  const itself = partitionOf(row);
  const rows = row.Partitions === undefined ? [] : rowsAt(row, 'Partitions');
  const partitions = rows?.map(partitionOf);
  const understood = partitions?.filter((partition) => partition !== undefined);
  if (itself === undefined || understood === undefined || understood.length !== partitions?.length) return undefined;
  return {
    name: itself.name,
    bytes: typeof row.Size === 'number' && row.Size >= 0 ? row.Size : null,
    partitions: understood.length > 0 ? understood : [itself],
  };
}

/** `diskutil list -plist external physical`: without disk images, which are files of a disk that is there anyway. */
export const readExternalDisks = (result: SourceResult | undefined): Known<readonly ExternalDisk[]> =>
  mapKnown(plistOf(result), (value) => {
    const disks = rowsAt(value, 'AllDisksAndPartitions')?.map(diskOf);
    const understood = disks?.filter((disk) => disk !== undefined);
    return understood === undefined || understood.length !== disks?.length
      ? unknown('not-understood', 'not a list of disks')
      : known(understood);
  });
