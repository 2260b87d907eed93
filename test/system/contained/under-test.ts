import { describe } from 'vitest';
import { type DebianPackage, whySkipped } from '../../../scripts/debian-packages.ts';
import type { Observed } from './observe.ts';
import { type ContainedSystem, startSystem, whyNoSystem } from './system.ts';

/** Why no test can be run here; undefined where they can. */
export const noSystem = whyNoSystem();
/** Every source that was read, by its id. */
export const wasRead = new Set<string>();

let started: ContainedSystem | undefined;

export async function start(): Promise<void> {
  if (noSystem === undefined) started = await startSystem();
}

export const stop = async (): Promise<void> => started?.stop();

export function system(): ContainedSystem {
  if (started === undefined) throw new Error('not started');
  return started;
}

export function observe(ids: readonly string[], as = 0): Observed {
  for (const id of ids) wasRead.add(id);
  return system().observe(ids, as);
}

/** The facts of a check that has these sources. */
export const factsOf = (check: string, ids: readonly string[], as = 0): unknown => observe(ids, as).facts[check];

/** A group of tests that is skipped, by name and with the reason, where something that it needs is missing. */
export function withPackages(name: string, packages: readonly DebianPackage[], tests: () => void): void {
  const why = noSystem ?? (packages.length === 0 ? undefined : whySkipped(...packages));
  describe.skipIf(why !== undefined)(`${name}${why === undefined ? '' : ` (${why})`}`, () => {
    tests();
  });
}
