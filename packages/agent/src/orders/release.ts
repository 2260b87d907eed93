import { hash } from 'node:crypto';
import { type Clock, isReleaseCode, type ReleaseHash, type Restriction } from '@beadle/shared';
import type { Meta } from '../outbox/meta.ts';
import type { DesiredStateKeeper } from './desired-state.ts';
import type { OrderTime } from './order-time.ts';

const IDS = 'released_ids';
const TRIES = 'release_tries';
/** More than will ever be ended by telephone on one device. */
const IDS_KEPT = 1000;
export const FREE_TRIES = 5;
const FIRST_WAIT_MS = 60_000;
const MOST_WAIT_MS = 3_600_000;

/** Restrictions that were ended by a code: they never come back, in whatever version (docs/protocol.md). */
export function createReleased(meta: Meta) {
  const ids = (): readonly string[] => JSON.parse(meta.text(IDS) ?? '[]') as string[];
  return {
    has: (id: string): boolean => ids().includes(id),
    add: (more: readonly string[]): void =>
      meta.set(IDS, JSON.stringify([...new Set([...ids(), ...more])].slice(-IDS_KEPT))),
  };
}
export type Released = ReturnType<typeof createReleased>;

/** What came of a code. */
export type Tried =
  | { readonly kind: 'released'; readonly ids: readonly string[] }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'nothing' };

interface Deps {
  readonly meta: Meta;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly keeper: Pick<DesiredStateKeeper, 'current'>;
  readonly released: Released;
  readonly time: Pick<OrderTime, 'now'>;
}

type Releasable = Restriction & { readonly release: ReleaseHash };

const keyOf = ({ salt, hash: of }: ReleaseHash): string => `${salt}.${of}`;

/** After so many wrong codes nothing is compared for this long. */
export const waitAfter = (wrong: number): number =>
  wrong < FREE_TRIES ? 0 : Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES));

/**
 * Compares what was typed with the hashes in the desired state. The count of wrong ones is on the disk before anything is
 * compared; a wait runs by monotonic time and begins anew at a restart, so that neither a power cut nor a clock shortens it.
 */
export function createRelease({ meta, clock, keeper, released, time }: Deps) {
  let since = clock.monotonic();

  function open(): readonly Releasable[] {
    const holds = ({ id, until }: Restriction) =>
      !released.has(id) && (until === null || Date.parse(until) > time.now());
    return (keeper.current()?.restrictions ?? []).filter(
      (one): one is Releasable => one.release !== null && holds(one),
    );
  }
  /** A new code has tries of its own. */
  const wrongOf = (codes: string): number => {
    const kept = JSON.parse(meta.text(TRIES) ?? '{}') as { codes?: string; wrong?: number };
    return kept.codes === codes ? (kept.wrong ?? 0) : 0;
  };

  async function matching(code: string, all: readonly Releasable[]): Promise<readonly Releasable[]> {
    for (const [key, release] of new Map(all.map((one) => [keyOf(one.release), one.release])))
      if (await isReleaseCode(code, release)) return all.filter((one) => keyOf(one.release) === key);
    return [];
  }

  return {
    async try(code: string): Promise<Tried> {
      const all = open();
      if (all.length === 0) return { kind: 'nothing' };
      const codes = hash('sha256', [...new Set(all.map(({ release }) => keyOf(release)))].toSorted().join(), 'hex');
      const wrong = wrongOf(codes);
      const left = waitAfter(wrong) - (clock.monotonic() - since);
      if (left > 0) return { kind: 'wait', seconds: Math.ceil(left / 1000) };
      meta.set(TRIES, JSON.stringify({ codes, wrong: wrong + 1 }));
      const found = await matching(code, all);
      since = clock.monotonic();
      if (found.length === 0) return { kind: 'wrong', triesLeft: Math.max(0, FREE_TRIES - wrong - 1) };
      released.add(found.map(({ id }) => id));
      meta.set(TRIES, undefined);
      return { kind: 'released', ids: found.map(({ id }) => id) };
    },
  };
}
export type Release = ReturnType<typeof createRelease>;
