import Value from 'typebox/value';
import { Use } from '../budget/use.ts';
import type { Host } from '../host/host.ts';
import type { Meta } from '../outbox/meta.ts';

/** Names what the agent and its sources have used, as JSON. */
const USAGE = 'usage';
/** What was used since is lost where the machine loses its power; each keeping is a few KiB for the disk. */
const KEEP_EVERY_MS = 10 * 60_000;

/** To a tenth of a millisecond, as nobody needs more. */
const written = (use: Use): string =>
  JSON.stringify(use, (_name, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value));

/** What was kept of the use, by this run of the agent or an earlier one. */
export function usageIn(meta: Pick<Meta, 'text'>): Use | undefined {
  try {
    const kept: unknown = JSON.parse(meta.text(USAGE) ?? 'null');
    return Value.Check(Use, kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

interface Deps {
  readonly host: Pick<Host, 'usage'>;
  readonly meta: Meta;
  /** The best-known time, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Has the host count on from what was kept, and keeps what it has counted. */
export function createUsageKeeper({ host: { usage }, meta, now }: Deps) {
  usage?.begin(now, usageIn(meta));
  let last = { at: Number.NEGATIVE_INFINITY, over: 0 };
  return {
    /** Now, or where it was not kept for a while, or something was stopped. Within the outbox's transaction. */
    keep(isLast = false): void {
      if (usage === undefined) return;
      usage.look();
      const over = usage.told().length;
      const isDue = isLast || over !== last.over || Math.abs(now() - last.at) >= KEEP_EVERY_MS;
      if (!isDue) return;
      last = { at: now(), over };
      meta.set(USAGE, written(usage.kept()));
    },
    isPressed: () => usage?.isPressed() === true,
  };
}

export type UsageKeeper = ReturnType<typeof createUsageKeeper>;
