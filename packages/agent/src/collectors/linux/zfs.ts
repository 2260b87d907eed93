import { isKnown, type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { textOf } from '../answers.ts';
import type { BlockDevices } from './block-devices.ts';
import { encryptionOf } from './encryption.ts';

/** By the name of the file system, `off` or the cipher, as zfsprops(7) has it. */
export type ZfsEncryption = ReadonlyMap<string, string>;

export const readZfs = (result: SourceResult | undefined): Known<ZfsEncryption> =>
  mapKnown(textOf(result), (text) => {
    const rows = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
    const isWhole = rows.length > 0 && rows.every((row) => row.length === 2 && row.every((field) => field !== ''));
    return isWhole
      ? known(new Map(rows.map(([name = '', value = '']) => [name, value])))
      : unknown('not-understood', 'not a list of ZFS file systems');
  });

/** What the disks below are: a pool without encryption of its own may lie on LUKS, and says not where it lies. */
function poolsAreEncrypted(devices: BlockDevices): Known<boolean> {
  const members = [...devices.values()].filter(({ fstype }) => fstype === 'zfs_member');
  const each = members.map((member) => encryptionOf(member, devices));
  if (each.length === 0) return unknown('not-told', 'the disks of ZFS were not told');
  if (each.every((one) => isKnown(one) && one.known)) return known(true);
  if (each.every((one) => isKnown(one) && !one.known)) return known(false);
  return unknown('not-told', 'some disks of ZFS are encrypted and some are not');
}

/** A file system may be plain below an encrypted one and the other way round: each says it for itself. */
export function encryptionOfZfs(name: string, all: Known<ZfsEncryption>, devices: BlockDevices): Known<boolean> {
  const pools = poolsAreEncrypted(devices);
  if (isKnown(pools) && pools.known) return pools;
  return mapKnown(all, (values) => {
    const value = values.get(name);
    if (value === 'off') return pools;
    if (value !== undefined && /^(on|aes-(128|192|256)-(ccm|gcm))$/.test(value)) return known(true);
    return unknown('not-told', 'ZFS does not tell of this file system');
  });
}
