import type { BlockDevice, BlockDevices } from './block-devices.ts';
import { recordOfBlockDevice, type UdevRecord } from './udev-records.ts';

/** Built-in eMMC and a memory card are both `mmcblk`; only the built-in kind has boot partitions. */
function isMemoryCard(device: BlockDevice, devices: BlockDevices, records: readonly UdevRecord[]): boolean {
  if (devices.has(`${device.kname}boot0`)) return false;
  const record = recordOfBlockDevice(records, device.kname);
  const slot = records.find(
    (one) => one.get('SUBSYSTEM') === 'mmc' && record?.get('P')?.startsWith(`${one.get('P')}/`) === true,
  );
  const type = slot?.get('MMC_TYPE') ?? record?.get('MMC_TYPE');
  return type !== 'MMC';
}

const isUsbRecord = (record: UdevRecord | undefined): boolean =>
  record?.get('ID_BUS') === 'usb' || record?.has('ID_USB_DRIVER') === true || /\/usb\d+\//.test(record?.get('P') ?? '');

function isOnUsb(device: BlockDevice, devices: BlockDevices, seen = new Set<string>()): boolean {
  if (device.transport === 'usb') return true;
  seen.add(device.kname);
  return [...device.parents].some((kname) => {
    const parent = devices.get(kname);
    return parent !== undefined && !seen.has(kname) && isOnUsb(parent, devices, seen);
  });
}

/** What lsblk calls the ways by which a disk is built in; any other word was not understood. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'sata',
  'ata',
  'nvme',
  'sas',
  'spi',
  'fc',
  'fcoe',
  'iscsi',
  'mmc',
  'virtio',
  'pcie',
  'sbp',
  'vmbus',
]);
const TYPES = /^(part|rom|loop|crypt|lvm|mpath|dm|md|linear|raid\d+|multipath|disk|dmraid|zoned|tape)$/;

const NEVER = /^(loop|ram|zram|sr|nbd|md|dm-|mmcblk\d+(boot|rpmb))/;

/**
 * Whether a disk is one that is plugged in: by how it is attached, as USB hard disks are not `RM` and built-in ones may
 * be `HOTPLUG`. Undefined where nothing tells. The disk that the system runs from is judged as a disk.
 */
export function isRemovableDisk(
  device: BlockDevice,
  { devices, records, system }: { devices: BlockDevices; records: readonly UdevRecord[]; system: ReadonlySet<string> },
): boolean | undefined {
  if (!TYPES.test(device.type ?? '')) return undefined;
  if (device.type !== 'disk' || NEVER.test(device.kname) || system.has(device.kname)) return false;
  const record = recordOfBlockDevice(records, device.kname);
  if (isOnUsb(device, devices) || isUsbRecord(record) || device.removable === true) return true;
  if (device.kname.startsWith('mmcblk')) return isMemoryCard(device, devices, records);
  const isBuiltIn = device.transport === null || BUILT_IN.has(device.transport ?? '');
  return isBuiltIn && device.removable !== undefined ? false : undefined;
}
