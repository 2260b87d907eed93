import { isKnown, type Known, known, unknown } from '@beadle/shared';
import type { BlockDevice, BlockDevices } from './block-devices.ts';

const ENCRYPTED_FILESYSTEMS: ReadonlySet<string> = new Set(['crypto_LUKS', 'BitLocker']);

export const isEncryptedLayer = (device: BlockDevice): boolean =>
  device.type === 'crypt' || ENCRYPTED_FILESYSTEMS.has(device.fstype ?? '');

/**
 * Whether what is written to this device is encrypted by it or by something it lies on: by all of several, as one plain
 * disk of a mirror holds everything. TYPE comes from /sys, so that this can be told without udev's FSTYPE.
 */
export function encryptionOf(device: BlockDevice, devices: BlockDevices, path: readonly string[] = []): Known<boolean> {
  if (isEncryptedLayer(device)) return known(true);
  if (!device.type) return unknown('not-understood', `what ${device.kname} is was not told`);
  if (path.includes(device.kname)) return unknown('not-understood', `${device.kname} lies on itself`);
  const below = [...device.parents].map((kname) => {
    const parent = devices.get(kname);
    if (parent === undefined) return unknown('not-understood', `${kname} is not in the list`);
    return encryptionOf(parent, devices, [...path, device.kname]);
  });
  // A volume of ZFS is a disk without a parent, whose file systems encrypt for it, or not.
  if (/^zd\d/.test(device.kname)) return unknown('not-told', 'a volume of ZFS');
  if (below.length === 0) {
    return device.type === 'disk'
      ? known(false)
      : unknown('not-understood', `what ${device.kname} lies on was not told`);
  }
  return below.find((one) => isKnown(one) && !one.known) ?? below.find((one) => !isKnown(one)) ?? known(true);
}
