import { DEVICE_KINDS, type DeviceKind, isKnown } from '@beadle/shared';
import type { Host } from '../host/host.ts';
import { sourcesFor } from '../sources/registry.ts';
import { isFields, jsonOf } from './answers.ts';

/** SMBIOS 3.7, 7.4.1: the types of enclosure that councils hand out. */
const KINDS: readonly (readonly [kind: DeviceKind, types: readonly number[]])[] = [
  ['laptop', [8, 9, 10, 14, 31, 32]],
  ['tablet', [30]],
  ['desktop', [3, 4, 5, 6, 7, 13, 15, 16, 35, 36]],
  ['server', [17, 23, 25, 28, 29]],
];

const WORDS: Readonly<Record<string, DeviceKind>> = {
  notebook: 'laptop',
  convertible: 'laptop',
  detachable: 'laptop',
  handset: 'phone',
};

function kindOfType(type: unknown): DeviceKind | undefined {
  return KINDS.find(([, types]) => types.includes(Number(type)))?.[0];
}

/** What a word such as `laptop`, or SMBIOS's number, says; undefined where it says nothing. */
export function kindOfChassis(chassis: string | number | null): DeviceKind | undefined {
  const word = String(chassis ?? '')
    .trim()
    .toLowerCase();
  return DEVICE_KINDS.find((kind) => kind === word) ?? WORDS[word] ?? (word === '' ? undefined : kindOfType(word));
}

/** Linux tells one type, Windows a list of them. */
function typesOf(told: unknown): readonly unknown[] {
  if (!isFields(told)) return [];
  return [told['ChassisType'], told['ChassisTypes']].flat();
}

/** What the firmware says that this device is; undefined where it says nothing, or `Other` or `Unknown`. */
export async function chassisKind(host: Pick<Host, 'platform' | 'read'>): Promise<DeviceKind | undefined> {
  const source = sourcesFor(host.platform).find(({ id }) => id.endsWith('/enclosure'));
  const told = source === undefined ? undefined : jsonOf(await host.read(source));
  if (told === undefined || !isKnown(told)) return undefined;
  return typesOf(told.known)
    .map(kindOfType)
    .find((kind) => kind !== undefined);
}
