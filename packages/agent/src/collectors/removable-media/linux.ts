import { isKnown, type Known, known, mapKnown, type Medium, named, type Observation, unknown } from '@beadle/shared';
import { blockDevices, mounts as mountsSource, udevDatabase } from '../../sources/linux/storage.ts';
import type { SourceResult } from '../../host/host.ts';
import { outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { type BlockDevice, type BlockDevices, childrenOf, readBlockDevices } from '../linux/block-devices.ts';
import { isEncryptedLayer } from '../linux/encryption.ts';
import { readMounts, systemDevices } from '../linux/mounts.ts';
import { isRemovableDisk } from '../linux/removable-disks.ts';
import { readUdev, recordOfBlockDevice, type UdevRecord, unescapeUdev } from '../linux/udev-records.ts';
import { mediumOf, onePerSubject } from './medium.ts';

const MOST_MEDIA = 100;
/** They hold other devices, which are looked at instead. */
const CONTAINERS: ReadonlySet<string> = new Set(['LVM2_member', 'linux_raid_member', 'mpath_member', 'bcache', 'DRBD']);

interface Machine {
  readonly devices: BlockDevices;
  readonly records: readonly UdevRecord[];
  readonly system: ReadonlySet<string>;
}

type Content = 'encrypted' | 'plain' | 'untold';

/** What lies on a device, partition by partition. */
function contentsOf(machine: Machine, device: BlockDevice, path: readonly string[] = []): readonly Content[] {
  if (isEncryptedLayer(device)) return ['encrypted'];
  const fstype = device.fstype ?? recordOfBlockDevice(machine.records, device.kname)?.get('ID_FS_TYPE');
  if (fstype === 'crypto_LUKS' || fstype === 'BitLocker') return ['encrypted'];
  if (fstype && !CONTAINERS.has(fstype)) return ['plain'];
  const seen = [...path, device.kname];
  const inside = childrenOf(machine.devices, device.kname).filter(({ kname }) => !seen.includes(kname));
  return inside.length === 0 ? ['untold'] : inside.flatMap((one) => contentsOf(machine, one, seen));
}

function isEncrypted(contents: readonly Content[]): Known<boolean> {
  if (contents.includes('plain')) return known(false);
  return contents.includes('encrypted') ? known(true) : unknown('not-told', 'no file system was told');
}

const joined = (...parts: readonly (string | null | undefined)[]): string =>
  parts
    .flatMap((part) => part?.trim() || [])
    .join(' ')
    .replaceAll('_', ' ');

const pair = (vendor: string | null | undefined, product: string | null | undefined): string | undefined =>
  vendor && product ? `${vendor}:${product}` : undefined;

function storageOf(machine: Machine, device: BlockDevice): Medium {
  const record = recordOfBlockDevice(machine.records, device.kname);
  const udev = (name: string) => unescapeUdev(record?.get(name));
  return mediumOf({
    kind: 'storage',
    // The stick's own number first, as the kernel's log tells it; a disk in a USB case may have another one.
    serial: named(udev('ID_USB_SERIAL_SHORT')) ?? named(device.serial) ?? named(udev('ID_SERIAL_SHORT')),
    vendorAndProduct:
      pair(udev('ID_USB_VENDOR_ID') ?? udev('ID_VENDOR_ID'), udev('ID_USB_MODEL_ID') ?? udev('ID_MODEL_ID')) ??
      pair(device.vendor, device.model),
    model: joined(device.vendor, device.model ?? udev('ID_MODEL') ?? udev('ID_NAME')),
    bytes: device.bytes ?? null,
    encrypted: told(isEncrypted(contentsOf(machine, device))),
    name: device.kname,
  });
}

/** Telephones and cameras, which show files without being disks. */
const isPhone = (record: UdevRecord): boolean =>
  record.get('DEVTYPE') === 'usb_device' &&
  (record.get('ID_MTP_DEVICE') === '1' ||
    record.get('ID_GPHOTO2') === '1' ||
    record.get('ID_USB_INTERFACES')?.includes(':060101:') === true);

const phoneOf = (record: UdevRecord): Medium =>
  mediumOf({
    kind: 'phone',
    serial: unescapeUdev(record.get('ID_SERIAL_SHORT')),
    vendorAndProduct: pair(record.get('ID_VENDOR_ID'), record.get('ID_MODEL_ID')),
    model: joined(unescapeUdev(record.get('ID_VENDOR')), unescapeUdev(record.get('ID_MODEL'))),
    bytes: null,
    encrypted: { unknown: 'not-told' },
    name: 'phone',
  });

function present(machine: Machine): Known<Medium[]> {
  const disks = [...machine.devices.values()].map((device) => ({
    device,
    removable: isRemovableDisk(device, machine),
  }));
  const untold =
    [...machine.devices.values()].find(({ type }) => !type) ??
    disks.find(({ removable }) => removable === undefined)?.device;
  if (untold !== undefined) return unknown('not-understood', `how ${untold.kname} is attached was not told`);
  const plugged = disks.filter(({ removable }) => removable === true).map(({ device }) => device);
  const sizeless = plugged.find(({ bytes }) => bytes === undefined);
  if (sizeless !== undefined) return unknown('not-understood', `whether ${sizeless.kname} is empty was not told`);
  // A reader without a card in it is a disk without a size and without partitions.
  const filled = plugged.filter(({ bytes, kname }) => bytes !== 0 || childrenOf(machine.devices, kname).length > 0);
  const media = filled.map((device) => storageOf(machine, device));
  const all = onePerSubject([...media, ...machine.records.filter(isPhone).map(phoneOf)]);
  return all.length > MOST_MEDIA ? unknown('output-too-large', 'too many media') : known(all);
}

/** What udev has looked at has its vendor's number; while its service does not run, what the kernel says stands alone. */
const isLookedAt = (record: UdevRecord): boolean =>
  record.get('DEVTYPE') !== 'usb_device' || [...record.keys()].some((key) => key.startsWith('ID_'));

/** Only udev knows of phones. Each of its records ends with an empty line: without the last one some are missing. */
const phonesTold = (result: SourceResult | undefined, records: readonly UdevRecord[]): Known<'told'> =>
  mapKnown(textOf(result), (text) => {
    if (!/^P: /m.test(text) || !/\n\s*\n$/.test(text))
      return unknown('not-understood', 'not the whole of a device database');
    return records.every(isLookedAt) ? known('told') : unknown('not-told', 'udev has not looked at every device');
  });

/** Clause 5.9 on Linux. Without udev's database lsblk still tells what is attached by USB, from /sys. */
export const removableMediaLinux: Collector = {
  check: 'removable-media',
  sources: [blockDevices, mountsSource, udevDatabase],
  collect(outputs): Observation {
    const devices = readBlockDevices(outputOf(outputs, blockDevices));
    if (!isKnown(devices)) return { facts: known({ present: devices }), events: [] };
    const udev = readUdev(outputOf(outputs, udevDatabase));
    const system = systemDevices(devices.known, readMounts(outputOf(outputs, mountsSource)));
    const machine = { devices: devices.known, records: isKnown(udev) ? udev.known : [], system };
    const phones = told(phonesTold(outputOf(outputs, udevDatabase), machine.records));
    return { facts: known({ present: present(machine), phones }), events: [] };
  },
};
