import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, jsonOf, rowsAt, textField } from '../answers.ts';

/** A row of lsblk. `undefined` is a field that was not told, `null` one that is empty. */
export interface BlockDevice {
  /** The kernel's name, the one that does not repeat where a device is listed under each of its parents. */
  readonly kname: string;
  readonly name: string;
  readonly path: string;
  readonly type: string | null | undefined;
  readonly fstype: string | null | undefined;
  readonly uuid: string | null | undefined;
  readonly mountpoints: readonly string[];
  readonly removable: boolean | undefined;
  readonly transport: string | null | undefined;
  readonly vendor: string | null | undefined;
  readonly model: string | null | undefined;
  readonly serial: string | null | undefined;
  readonly bytes: number | undefined;
  /** Kernel names, from the tree and from PKNAME: a flat list has only the latter. */
  readonly parents: ReadonlySet<string>;
}

export type BlockDevices = ReadonlyMap<string, BlockDevice>;

/** `"0"` and `"1"` before util-linux 2.33, true and false since. */
function flag(value: unknown): boolean | undefined {
  if (value === true || value === '1' || value === 1) return true;
  return value === false || value === '0' || value === 0 ? false : undefined;
}

function size(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Undefined where neither the column nor its predecessor was told. */
function mountpointsOf(row: Fields): readonly string[] | undefined {
  const told = row.mountpoints === undefined ? row.mountpoint : row.mountpoints;
  if (told === undefined) return undefined;
  return (Array.isArray(told) ? told : [told]).filter((target): target is string => typeof target === 'string');
}

function deviceOf(row: Fields, parent: string | undefined): BlockDevice | undefined {
  const name = textField(row, 'name') ?? textField(row, 'kname');
  const kname = textField(row, 'kname') ?? name;
  const mountpoints = mountpointsOf(row);
  if (!name || !kname || mountpoints === undefined) return undefined;
  const parents = [parent, textField(row, 'pkname')].filter((one) => typeof one === 'string');
  return {
    kname,
    name,
    path: textField(row, 'path') ?? `/dev/${name}`,
    type: textField(row, 'type'),
    fstype: textField(row, 'fstype'),
    uuid: textField(row, 'uuid'),
    mountpoints,
    removable: flag(row.rm),
    transport: textField(row, 'tran'),
    vendor: textField(row, 'vendor'),
    model: textField(row, 'model'),
    serial: textField(row, 'serial'),
    bytes: size(row.size),
    parents: new Set(parents),
  };
}

/** False where a row is not one of lsblk's: a list of which a part was not understood says nothing about the rest. */
function addRows(rows: readonly Fields[], parent: string | undefined, devices: Map<string, BlockDevice>): boolean {
  return rows.every((row) => {
    const device = deviceOf(row, parent);
    if (device === undefined) return false;
    const before = devices.get(device.kname);
    devices.set(device.kname, { ...device, parents: new Set([...(before?.parents ?? []), ...device.parents]) });
    if (row.children === undefined) return true;
    const children = rowsAt(row, 'children');
    return children !== undefined && addRows(children, device.kname, devices);
  });
}

export function readBlockDevices(result: SourceResult | undefined): Known<BlockDevices> {
  return mapKnown(jsonOf(result), (value) => {
    const rows = rowsAt(value, 'blockdevices');
    const devices = new Map<string, BlockDevice>();
    if (rows === undefined || !addRows(rows, undefined, devices))
      return unknown('not-understood', 'not a list of disks');
    return known(devices);
  });
}

/** The device and everything that it lies on. */
export function withAncestors(devices: BlockDevices, kname: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(kname)) return seen;
  seen.add(kname);
  for (const parent of devices.get(kname)?.parents ?? []) withAncestors(devices, parent, seen);
  return seen;
}

export const childrenOf = (devices: BlockDevices, kname: string): readonly BlockDevice[] =>
  [...devices.values()].filter((device) => device.parents.has(kname));
