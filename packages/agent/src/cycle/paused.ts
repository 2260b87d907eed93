import { type Clock, identityOf, type Observation, unknown, type Unseen } from '@beadle/shared';
import type { Meta } from '../outbox/meta.ts';

/** Names the pause that holds, or whose end no cycle has seen yet, as JSON. */
const PAUSE_BEGUN = 'pause_begun';
/** Names the pauses of before, as JSON: logs are not asked for what happened in them. */
const PAUSES_BEFORE = 'pauses_before';
/** A log that could not be read since is one of a laptop that has been paused less often than that meanwhile. */
const PAUSES_KEPT = 50;

/** In milliseconds since the epoch. */
interface Begun {
  readonly from: number;
  /** When it ends by itself. */
  readonly until: number;
}

interface Before extends Begun {
  /** By the machine's own clock, as its logs have it. */
  readonly own: { readonly from: number; readonly to: number };
  /** Whether `agent-health` has told of it. */
  readonly told: boolean;
}

export interface PausedOptions {
  readonly meta: Meta;
  readonly clock: Pick<Clock, 'now'>;
  /** The best-known time. */
  readonly now: () => number;
  /** When the pause that holds ends by itself; undefined while none does. */
  readonly holdsUntil: () => number | undefined;
}

/** What was observed of each check while ICT has paused Beadle: nothing, and that is said. */
export const nothingLookedAt = (checks: Iterable<string>): Map<string, Observation> =>
  new Map([...checks].map((check) => [check, { facts: unknown('paused'), events: [] }]));

/** What is kept of pauses, in the store's own transactions. */
function createBook({ meta, clock, now }: Omit<PausedOptions, 'holdsUntil'>) {
  const begun = () => JSON.parse(meta.text(PAUSE_BEGUN) ?? 'null') as Begun | null;
  const before = () => JSON.parse(meta.text(PAUSES_BEFORE) ?? '[]') as Before[];
  const keep = (pauses: readonly Before[]) => meta.set(PAUSES_BEFORE, JSON.stringify(pauses.slice(-PAUSES_KEPT)));

  /** As it has been until now, or until its end. */
  function until(one: Begun): Before {
    const { from } = one;
    const at = now();
    const to = Math.max(from, Math.min(at, one.until));
    const ahead = clock.now() - at;
    return { from, until: to, own: { from: from + ahead, to: to + ahead }, told: false };
  }

  function all(): readonly Before[] {
    const last = begun();
    return last === null ? before() : [...before(), until(last)];
  }

  return {
    begun,
    before,
    keep,
    all,
    begin: (one: Begun) => meta.set(PAUSE_BEGUN, JSON.stringify(one)),
    end(): void {
      keep(all());
      meta.set(PAUSE_BEGUN, undefined);
    },
  };
}

/** How the cycles know of pauses, and what is told of one: from when to when, once, when it is over. */
export function createPaused(options: PausedOptions) {
  const { now, holdsUntil } = options;
  const book = createBook(options);
  const isUntold = ({ told }: Before) => !told;
  return {
    holds: (): boolean => holdsUntil() !== undefined,
    /** Since when nothing was looked at, where a pause is over and no cycle has seen that yet. */
    overSince: (): number | undefined => (holdsUntil() === undefined ? book.begun()?.from : undefined),
    /** Within the transaction of a cycle: keeps that a pause holds, or that it does no longer. */
    note(): void {
      const last = book.begun();
      const until = holdsUntil();
      if (until === undefined) {
        if (last !== null) book.end();
      } else if (last?.until !== until) book.begin({ from: last?.from ?? now(), until });
    },
    /** Without what happened while it was paused: that it is not collected holds afterwards as well. */
    withoutPauses(check: string, events: readonly unknown[]): readonly unknown[] {
      const pauses = book.all();
      if (pauses.length === 0) return events;
      return events.filter((event) => {
        const at = identityOf(check, event)?.at;
        return at === undefined || !pauses.some(({ own }) => at >= own.from && at < own.to);
      });
    },
    /** The first pause that nobody has been told of. */
    untold(): Unseen | undefined {
      const first = book.before().find(isUntold);
      return first === undefined ? undefined : { from: first.from, to: first.until, reason: 'paused' };
    },
    told(): void {
      const pauses = book.before();
      const first = pauses.findIndex(isUntold);
      if (first !== -1) book.keep(pauses.map((one, index) => (index === first ? { ...one, told: true } : one)));
    },
  };
}

export type Paused = ReturnType<typeof createPaused>;
