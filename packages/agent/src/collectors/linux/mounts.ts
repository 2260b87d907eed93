import { isKnown, type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, jsonOf, rowsAt, textField } from '../answers.ts';
import type { BlockDevice, BlockDevices } from './block-devices.ts';
import { withAncestors } from './block-devices.ts';

export interface Mount {
  /** A device's path without the folder in brackets, or whatever else stands for a source. */
  readonly source: string;
  readonly target: string;
  readonly fstype: string;
  /** True where only a folder of the file system is mounted that is no subvolume: the same files are seen elsewhere. */
  readonly isBind: boolean;
}

/** `/dev/sda2[/@home]` is a subvolume where the options say `subvol=/@home`, and a bind mount otherwise. */
function mountOf(row: Fields): Mount | undefined {
  const [source, target] = [textField(row, 'source'), textField(row, 'target')];
  if (!source || !target) return undefined;
  const [, device = source, folder] = /^([^[]*)\[(.*)\]$/.exec(source) ?? [];
  const options = (textField(row, 'options') ?? '').split(',');
  const isBind = folder !== undefined && !options.includes(`subvol=${folder}`);
  return { source: device, target, fstype: textField(row, 'fstype') ?? '', isBind };
}

function addRows(rows: readonly Fields[], mounts: Mount[]): boolean {
  return rows.every((row) => {
    const mount = mountOf(row);
    // Some pseudo file systems have no source; without a target there is no mount.
    if (mount !== undefined) mounts.push(mount);
    else if (!textField(row, 'target')) return false;
    if (row.children === undefined) return true;
    const children = rowsAt(row, 'children');
    return children !== undefined && addRows(children, mounts);
  });
}

export function readMounts(result: SourceResult | undefined): Known<readonly Mount[]> {
  return mapKnown(jsonOf(result), (value) => {
    const rows = rowsAt(value, 'filesystems');
    const mounts: Mount[] = [];
    if (rows === undefined || !addRows(rows, mounts)) return unknown('not-understood', 'not a list of mounts');
    return known(mounts);
  });
}

/** By path, by kernel or mapper name; else, as for `/dev/root`, by the mount point that lsblk tells. */
export function deviceOfMount(devices: BlockDevices, mount: Mount): BlockDevice | undefined {
  const all = [...devices.values()];
  const named = all.find(
    ({ path, kname, name }) =>
      mount.source === path || mount.source === `/dev/${kname}` || mount.source === `/dev/mapper/${name}`,
  );
  return (
    named ??
    (mount.source.startsWith('/dev/') ? all.find((device) => device.mountpoints.includes(mount.target)) : undefined)
  );
}

/** Kernel names of the device that holds the system and of all it lies on; empty where that cannot be told. */
export function systemDevices(devices: BlockDevices, mounts: Known<readonly Mount[]>): ReadonlySet<string> {
  const root = isKnown(mounts) ? mounts.known.findLast(({ target }) => target === '/') : undefined;
  const mounted = root === undefined ? undefined : deviceOfMount(devices, root);
  const device = mounted ?? [...devices.values()].find(({ mountpoints }) => mountpoints.includes('/'));
  return device === undefined ? new Set() : withAncestors(devices, device.kname);
}
