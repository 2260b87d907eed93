import { isKnown, type Known, known, mapKnown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField } from '../answers.ts';
import type { BitlockerVolume } from './bitlocker.ts';
import { flagField, letterOf, numberField, someRowsOf } from './json-rows.ts';

/**
 * How a disk is attached, by MSFT_Disk's BusType.
 * https://learn.microsoft.com/windows-hardware/drivers/storage/msft-disk
 */
const PLUGGED: ReadonlySet<number> = new Set([4, 7, 12, 13]);
/** ATAPI, ATA, fibre channel, RAID, iSCSI, SAS, SATA, virtual, storage spaces, NVMe, SCM, UFS. */
const BUILT_IN: ReadonlySet<number> = new Set([2, 3, 6, 8, 9, 10, 11, 14, 16, 17, 18, 19]);
const FILE_BACKED = 15;
export const MMC = 13;

/** `file` is a mounted image, which lies on another disk. Undefined is none that tells: `SCSI` may hide a USB case. */
export type Attached = 'plugged' | 'built-in' | 'file' | undefined;

export function attachedBy(busType: number | null): Attached {
  if (busType === FILE_BACKED) return 'file';
  if (PLUGGED.has(busType ?? -1)) return 'plugged';
  return BUILT_IN.has(busType ?? -1) ? 'built-in' : undefined;
}

export interface Disk {
  readonly number: number | null;
  readonly attached: Attached;
  /** Windows was started from it or runs from it; undefined where that was not told. */
  readonly isSystems: boolean | undefined;
  /** Zero for a reader without a card in it; undefined where it was not told. */
  readonly bytes: number | undefined;
  readonly serial: string | null;
  /** `VVVV:PPPP` of a USB device. */
  readonly vendorAndProduct: string | undefined;
  readonly model: string | null;
  readonly letters: readonly string[];
  /** Such as `\\?\Volume{…}\`, also of volumes without a letter. */
  readonly volumePaths: readonly string[];
}

/** Windows makes up a number for a device that has none: its second character is then `&`. The rest ends in `&0`. */
export function realSerial(text: string | null | undefined): string | null {
  const serial = text?.replaceAll(/\p{Cc}/gu, '').trim() ?? '';
  if (serial[1] === '&' || serial.toUpperCase() === 'NULL') return null;
  return serial.replace(/&\d{1,4}$/, '') || null;
}

const lastPart = (id: string | null | undefined): string | undefined => id?.split('\\').at(-1);

const isUsbStorage = (id: string | null | undefined): boolean => id?.toUpperCase().startsWith('USBSTOR\\') === true;

/** By what the disk itself says first, as events tell it; then the last part of the id of what carries it. */
export const serialOf = (told: {
  readonly serial: string | null | undefined;
  readonly parent: string | null | undefined;
  readonly device?: string | null | undefined;
}): string | null => {
  const usb = told.parent?.toUpperCase().startsWith('USB\\') === true ? lastPart(told.parent) : undefined;
  const storage = isUsbStorage(told.device) ? lastPart(told.device) : undefined;
  return realSerial(told.serial) ?? realSerial(usb) ?? realSerial(storage);
};

/** `USB\VID_0951&PID_1666\…` as `0951:1666`. */
export function usbNumbers(id: string | null | undefined): string | undefined {
  const [, vendor, product] = /\bVID_([0-9a-f]{4})&PID_([0-9a-f]{4})/i.exec(id ?? '') ?? [];
  return vendor && product ? `${vendor}:${product}`.toLowerCase() : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const listed = (value: unknown): readonly string[] => [value].flat().filter((one) => isText(one));

function isSystems(row: Fields): boolean | undefined {
  const flags = [flagField(row, 'IsBoot'), flagField(row, 'IsSystem')];
  if (flags.includes(true)) return true;
  return flags.includes(null) ? undefined : false;
}

function diskOf(row: Fields): Disk {
  const [parent, device] = [textField(row, 'ParentId'), textField(row, 'PNPDeviceID')];
  return {
    number: numberField(row, 'Number'),
    attached: isUsbStorage(device) ? 'plugged' : attachedBy(numberField(row, 'BusType')),
    isSystems: isSystems(row),
    bytes: row.Size === null ? 0 : (numberField(row, 'Size') ?? undefined),
    serial: serialOf({ serial: textField(row, 'SerialNumber'), parent, device }),
    vendorAndProduct: usbNumbers(parent),
    model: textField(row, 'FriendlyName') ?? textField(row, 'Model') ?? null,
    letters: listed(row.DriveLetters).flatMap((letter) => letterOf(letter) ?? []),
    volumePaths: listed(row.VolumePaths),
  };
}

export const readDisks = (result: SourceResult | undefined): Known<readonly Disk[]> =>
  mapKnown(someRowsOf(result), (rows) => known(rows.map(diskOf)));

/** The disk that a volume lies on, by its path or its letter. */
export const diskOfVolume = (disks: readonly Disk[], { letter, path }: Pick<BitlockerVolume, 'letter' | 'path'>) =>
  disks.find(
    ({ letters, volumePaths }) =>
      (path !== undefined && volumePaths.some((one) => one.toLowerCase() === path.toLowerCase())) ||
      (letter !== undefined && letters.includes(letter)),
  );

/** Disks that Windows itself lies on, where that could be told. */
export const systemDisks = (disks: Known<readonly Disk[]>): readonly Disk[] =>
  isKnown(disks) ? disks.known.filter((disk) => disk.isSystems === true) : [];
