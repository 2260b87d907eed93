import { COLLECTED_CHECKS, unknown } from '@beadle/shared';
import type { StoppedFor } from '../budget/ledger.ts';
import type { Platform } from '../host/host.ts';
import type { Collector, History, PlatformCollectors } from './collector.ts';
import { LINUX } from './linux.ts';
import { MACOS } from './macos.ts';
import { sourcesFor } from '../sources/registry.ts';
import { WINDOWS } from './windows.ts';

const PLATFORMS: Readonly<Record<Platform, PlatformCollectors>> = { linux: LINUX, win32: WINDOWS, darwin: MACOS };
const NOTHING: PlatformCollectors = { collectors: [], histories: [] };

export const collectedOn = (platform: NodeJS.Platform): PlatformCollectors =>
  platform in PLATFORMS ? PLATFORMS[platform as Platform] : NOTHING;

/** A check that nothing is collected for here says so: a rule that names it is unknown, never passed over. */
const notSupported = (check: string): Collector => ({
  check,
  sources: [],
  collect: () => ({ facts: unknown('check-not-supported'), events: [] }),
});

/** In the order of the policy's clauses; the agent's own health is added by the cycle. */
export function collectorsFor(platform: NodeJS.Platform): readonly Collector[] {
  const { collectors } = collectedOn(platform);
  return COLLECTED_CHECKS.map((name) => collectors.find(({ check }) => check === name) ?? notSupported(name));
}

/** What a person is told of within seconds. */
const WATCHED: readonly string[] = ['removable-media', 'printing'];

/** For what a source is stopped, by its id. */
export function stoppedFor(platform: NodeJS.Platform): (id: string) => StoppedFor {
  const { collectors, histories } = collectedOn(platform);
  const watched = [...collectors, ...histories].filter(({ check }) => WATCHED.includes(check));
  const streams = sourcesFor(platform).filter(({ reads }) => reads.kind === 'stream');
  const own = new Set([...watched.flatMap(({ sources }) => sources), ...streams].map(({ id }) => id));
  const ofOrders = new Set(sourcesFor(platform).flatMap(({ id, forOrders }) => (forOrders === true ? [id] : [])));
  return (id) => (ofOrders.has(id) ? 'nothing' : own.has(id) ? 'own-use' : 'everything');
}

export const historiesFor = (platform: NodeJS.Platform): readonly History[] => collectedOn(platform).histories;
