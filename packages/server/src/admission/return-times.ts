/** Tells those who are sent away when to come again, so that they come as fast as the server works and no faster. */
export interface ReturnTimes {
  /** In seconds, at least 1. */
  next(): number;
  /** How long one request took of the server, in milliseconds. */
  took(milliseconds: number): void;
}

interface ReturnTimesOptions {
  readonly now: () => number;
  readonly fraction: () => number;
}

/** Before anything has been measured. */
const FIRST_GUESS_MS = 10;
/** The weight of the newest measurement. */
const WEIGHT = 0.05;
const SOONEST_MS = 1_000;
/** A place further off than this is not promised: by then everything may be otherwise. */
const FURTHEST_MS = 120_000;

/**
 * Each is given the next free place in time, which is as long as one request takes, and up to half as much again at
 * random, as clients round and networks differ.
 */
export function createReturnTimes({ now, fraction }: ReturnTimesOptions): ReturnTimes {
  let each = FIRST_GUESS_MS;
  let booked = 0;
  return {
    next() {
      const soonest = now() + SOONEST_MS;
      booked = Math.min(Math.max(booked, soonest) + each, now() + FURTHEST_MS);
      return Math.ceil(((booked - now()) * (1 + fraction() / 2)) / 1000);
    },
    took(milliseconds) {
      each += (milliseconds - each) * WEIGHT;
    },
  };
}
