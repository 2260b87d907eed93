import type { Clock } from '@beadle/shared';
import { type Host, unreadable } from '../../packages/agent/src/host/host.ts';

/** A machine that has nothing to read: its collectors are made up. */
export const emptyHost = (
  clock: Clock,
  { platform, release }: Pick<Host, 'platform' | 'release'> = { platform: 'linux', release: 'test' },
): Host => ({
  platform,
  release,
  clock,
  read: () => Promise.resolve(unreadable('tool-missing')),
  readAll: (requests) =>
    Promise.resolve(new Map(requests.map(({ source }) => [source.id, unreadable('tool-missing')]))),
  follow: () => Promise.resolve(unreadable('tool-missing')),
  act: () => Promise.resolve(unreadable('tool-missing')),
  onMainsPower: () => Promise.resolve(true),
  started: { processes: 0 },
});
