import type { Played, ThreadPlayed } from './play.ts';
import { type Streamed, together } from './streams.ts';

export interface Result {
  readonly devices: number;
  /** Acknowledged. */
  readonly checkIns: number;
  readonly findings: number;
  /** Devices that were refused for good, or never done. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest that a thread of devices was held up by itself, garbage included: no figure above is more exact. */
  readonly heldUpMs: number;
  /** Where devices listened for orders. */
  readonly streams?: Streamed;
}

export const totalOf = (played: readonly Played[], of: (each: Played) => number): number =>
  played.reduce((total, each) => total + of(each), 0);

export function resultOf(devices: number, played: readonly ThreadPlayed[], withStreams: boolean): Result {
  const sorted = played.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
  // The nearest rank.
  const at = (share: number) => Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1));
  return {
    devices,
    checkIns: sorted.length,
    findings: totalOf(played, ({ findings }) => findings),
    errors: totalOf(played, ({ errors }) => errors),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    heldUpMs: Math.max(0, ...played.map(({ heldUpMs }) => heldUpMs)),
    ...(withStreams ? { streams: together(played.map(({ streamed }) => streamed)) } : {}),
  };
}
