/**
 * What the outside world hands in (invariant 13): nothing in Beadle reads a clock or draws randomness by itself, so
 * that both programs can be run under one seed.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch by this machine's own clock, which may be wrong. */
  now(): number;
  /** Milliseconds that only rise while this process lives, whatever is done to the clock. */
  monotonic(): number;
}

export interface Random {
  bytes(size: number): Uint8Array;
  /** A number in [0, 1). */
  fraction(): number;
}

/** `now` as ISO 8601 in UTC with milliseconds, the form of every time on the wire. */
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The same of a moment that may not have come. */
export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);
