import type { DeviceKind } from '@beadle/shared';
import type { Host } from '../host/host.ts';
import { sourcesFor } from '../sources/registry.ts';

/** SMBIOS 3.7, 7.4.1: the types of enclosure that councils hand out. */
const KINDS: readonly (readonly [kind: DeviceKind, types: readonly number[]])[] = [
  ['laptop', [8, 9, 10, 14, 31, 32]],
  ['tablet', [30]],
  ['desktop', [3, 4, 5, 6, 7, 13, 15, 16, 35, 36]],
  ['server', [17, 23, 25, 28, 29]],
];

/** What the firmware says that this device is; undefined where it says nothing, or `Other` or `Unknown`. */
export async function chassisKind(host: Host): Promise<DeviceKind | undefined> {
  const source = sourcesFor(host.platform).find(({ id }) => id === 'linux/enclosure');
  const result = source === undefined ? undefined : await host.read(source);
  if (result?.kind !== 'output' || result.exitCode !== 0) return undefined;
  const told: unknown = JSON.parse(result.stdout);
  const type =
    typeof told === 'object' && told !== null && 'ChassisType' in told ? Number(told.ChassisType) : Number.NaN;
  return KINDS.find(([, types]) => types.includes(type))?.[0];
}
