import type { Clock } from '@beadle/shared';

/** The one true time, which each machine's clock tells in its own way. */
export class World {
  /** Milliseconds since the epoch. It moves with everything that happens, so that no two things happen at once. */
  time = Date.parse('2026-11-23T09:00:00Z');
  /** Faults that have struck the server so far: what was under way then may have been half done. */
  serverFaults = 0;
  readonly counts: Record<string, number> = {};
  readonly trace: string[] = [];

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  note(...words: readonly (string | number | undefined)[]): void {
    this.trace.push(words.join(' '));
  }
}

/** A machine's clock: ahead of or behind the true time, and set anew now and then. */
export class MachineClock implements Clock {
  readonly #world: World;
  readonly #began: number;
  skew = 0;

  constructor(world: World) {
    this.#world = world;
    this.#began = world.time;
  }
  now = (): number => this.#world.time + this.skew;
  monotonic = (): number => this.#world.time - this.#began;
}
