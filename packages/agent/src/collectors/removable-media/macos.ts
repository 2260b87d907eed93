import { isKnown, type Known, known, type Medium, named, type Observation, unknown } from '@beadle/shared';
import { apfs, cardReader, externalDisks, usb, usbMedia } from '../../sources/macos/storage.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector, Outputs } from '../collector.ts';
import { type ApfsContainer, diskOf, hasRole, isSystemsOwn, readApfs } from '../macos/apfs.ts';
import { type ExternalDisk, type Partition, readExternalDisks } from '../macos/external-disks.ts';
import { type Described, listed, readCards, readUsb, readUsbMedia } from '../macos/usb.ts';
import { mediumOf, onePerSubject } from './medium.ts';

const MOST_MEDIA = 100;

interface Machine {
  readonly containers: Known<readonly ApfsContainer[]>;
  readonly devices: readonly Described[];
  /** Devices that may be any of the disks, as it is not told which. */
  readonly untold: readonly Described[];
  /** Cards in built-in readers, which diskutil counts as built in. */
  readonly cards: Known<readonly Described[]>;
}

type Content = 'encrypted' | 'plain' | 'untold';

/** They hold the list of the others, or start a system. */
const NO_CONTENT = /^(EFI|Apple_Boot|Apple_APFS_(ISC|Recovery)|Apple_partition_map|Microsoft Reserved|Apple_Free)$/;
/** File systems that macOS knows no encryption of. One of BitLocker looks the same until somebody has opened it. */
const PLAIN = /^(Windows_|DOS_|Apple_HFSX?$)/;

function contentsOfApfs({ containers }: Machine, { name }: Partition): readonly Content[] {
  const container = listed(containers).find(({ stores }) => stores.includes(name));
  const volumes = container?.volumes.filter((volume) => !isSystemsOwn(volume)) ?? [];
  if (volumes.length === 0) return ['untold'];
  return volumes.map(({ state }) => {
    if (!isKnown(state)) return 'untold';
    return state.known === 'on' ? 'encrypted' : 'plain';
  });
}

function contentsOf(machine: Machine, partition: Partition): readonly Content[] {
  if (partition.content === 'Apple_APFS') return contentsOfApfs(machine, partition);
  if (partition.content === 'Apple_CoreStorage') return ['untold'];
  // What is mounted or has a name can be read as it is.
  return partition.mountPoint !== null || partition.volumeName !== null || PLAIN.test(partition.content)
    ? ['plain']
    : ['untold'];
}

function isEncrypted(machine: Machine, partitions: readonly Partition[]): Known<boolean> {
  const contents = partitions
    .filter(({ content }) => !NO_CONTENT.test(content))
    .flatMap((partition) => contentsOf(machine, partition));
  if (contents.includes('plain')) return known(false);
  if (contents.includes('untold') || contents.length === 0) return unknown('not-told', 'no file system was told');
  return known(true);
}

const storage = (
  name: string,
  device: Described | undefined,
  bytes: number | null,
  encrypted: Known<boolean>,
): Medium =>
  mediumOf({
    kind: 'storage',
    serial: named(device?.serial),
    vendorAndProduct: device?.vendorAndProduct,
    model: device?.model,
    bytes: bytes ?? device?.bytes ?? null,
    encrypted: told(encrypted),
    name,
  });

/** By the disk's name; where no list says which disk a device is, one disk and one device can only be each other. */
function deviceOf({ devices, untold }: Machine, disk: ExternalDisk, disks: readonly ExternalDisk[]) {
  const device = devices.find((one) => one.disk === disk.name);
  const [only, ...more] = untold.filter(({ serial }) => named(serial) !== null);
  return device ?? (disks.length === 1 && more.length === 0 ? only : undefined);
}

/** The disk that the Mac was started from is judged by its encryption, wherever it is plugged in. */
function isStartDisk({ containers }: Machine, disk: ExternalDisk): boolean {
  if (disk.partitions.some(({ mountPoint }) => mountPoint === '/')) return true;
  const systems = listed(containers).filter((container) => hasRole(container, 'System'));
  return systems.length > 0 && systems.every(({ stores }) => stores.some((store) => diskOf(store) === disk.name));
}

/** Disks that only USB or the card reader tells of: built-in readers count as built-in disks to diskutil. */
function onlyDescribed(machine: Machine, disks: readonly ExternalDisk[]): readonly Medium[] {
  const names = new Set(disks.map(({ name }) => name));
  return machine.devices
    .filter(
      ({ disk, isOptical, isRoot, bytes }) => disk !== null && !names.has(disk) && !isOptical && !isRoot && bytes !== 0,
    )
    .map((device) => storage(device.disk ?? 'disk', device, device.bytes, isEncrypted(machine, device.partitions)));
}

function present(machine: Machine, disks: Known<readonly ExternalDisk[]>): Known<Medium[]> {
  const external = listed(disks);
  const plugged = external.filter((disk) => !isStartDisk(machine, disk));
  const media = plugged.map((disk) =>
    storage(disk.name, deviceOf(machine, disk, external), disk.bytes, isEncrypted(machine, disk.partitions)),
  );
  const all = onePerSubject([...media, ...onlyDescribed(machine, external)]);
  // A list of USB devices without a stick does not say that none hangs on another kind of socket.
  if (!isKnown(disks) && all.length === 0) return disks;
  if (!isKnown(machine.cards) && all.length === 0) return machine.cards;
  return all.length > MOST_MEDIA ? unknown('output-too-large', 'too many media') : known(all);
}

/**
 * What several lists tell of one disk. A bus may carry its stick's disk and knows no number; what any list knows to be a
 * disc, or the start disk, is one.
 */
function merged(one: Described, other: Described | undefined): Described {
  if (other === undefined) return one;
  const said = other.serial === null && one.serial !== null ? one : other;
  const partitions = one.partitions.length > 0 ? one.partitions : other.partitions;
  return { ...said, partitions, isOptical: one.isOptical || other.isOptical, isRoot: one.isRoot || other.isRoot };
}

/** Recordings from before there was this source are judged without it. */
function cardsOf(outputs: Outputs): Known<readonly Described[]> {
  const cards = readCards(outputOf(outputs, cardReader));
  return !isKnown(cards) && cards.unknown === 'source-missing' ? known([]) : cards;
}

function machineOf(outputs: Outputs): Machine {
  const devices = readUsb(outputOf(outputs, usb));
  const cards = cardsOf(outputs);
  const lists = [
    listed(readUsbMedia(outputOf(outputs, usbMedia))),
    isKnown(devices) ? devices.known.disks : [],
    listed(cards),
  ];
  const byDisk = new Map<string, Described>();
  for (const one of lists.flat()) if (one.disk !== null) byDisk.set(one.disk, merged(one, byDisk.get(one.disk)));
  return {
    containers: readApfs(outputOf(outputs, apfs)),
    devices: [...byDisk.values()],
    untold: isKnown(devices) ? devices.known.untold : [],
    cards,
  };
}

/** Clause 5.9 on macOS: diskutil tells what is there, the lists of USB devices and cards whose it is. */
export const removableMediaMacos: Collector = {
  check: 'removable-media',
  sources: [externalDisks, apfs, usb, usbMedia, cardReader],
  collect(outputs): Observation {
    const disks = readExternalDisks(outputOf(outputs, externalDisks));
    return { facts: known({ present: told(present(machineOf(outputs), disks)) }), events: [] };
  },
};
