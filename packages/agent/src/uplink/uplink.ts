import type { Random } from '@beadle/shared';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import { type BackOff, delayAfter, jittered, notBefore, type Return, spreadReturn, waitFor } from './backoff.ts';
import { type CheckedIn, checkIn, type CheckInOptions } from './check-in.ts';
import { createCounter, type Encoding } from './exchange.ts';

export interface UplinkOptions extends Omit<CheckInOptions, 'counter'> {
  readonly log: Logger;
  readonly random: Random;
  /** Shared with whatever else signs requests of this device; one of its own where nothing does. */
  readonly counter?: CheckInOptions['counter'];
  readonly backOff?: BackOff;
  /** When the server last answered, by the best-known time; undefined where it never has. */
  readonly contactedAt?: number | undefined;
  /** Called when the server answers for the first time, or again after it did not. */
  readonly reached?: () => void;
  /** The device has left the council's service: nothing is sent any more. */
  readonly left?: (detail: string) => void;
  /** Waits; handed in so that a simulation need not. Resolves early where the signal aborts. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const BACK_OFF: BackOff = { firstMs: 2_000, mostMs: 15 * 60_000 };
const RETURN: Return = { awayMs: 3_600_000, withinMs: 10_000 };
/** Findings made at one moment leave together. */
const GATHER_MS = 100;
/** Whoever sends nothing more is stopped before this. */
const LONG_MS = 24 * 3_600_000;
const ENCODINGS: readonly Encoding[] = ['zstd', 'gzip', undefined];

type Outcome = CheckedIn | { readonly kind: 'no-answer'; readonly error: unknown };

/** Checks in when there is something to say, and from time to time when there is not, until stopped. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #checkIn: CheckInOptions;
  #encoding = 0;
  #failures = 0;
  #wake = new AbortController();
  #isReached: boolean | undefined;
  /** When the server last answered, by this device's clock. */
  #heardAt: number;
  /** The return is being spread: only what is urgent goes at once. */
  #isReturning = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
    const { clock, serverTime, contactedAt } = options;
    this.#heardAt = clock.now() - Math.max(0, serverTime.now() - (contactedAt ?? Number.POSITIVE_INFINITY));
    this.#checkIn = { ...options, counter: options.counter ?? createCounter() };
  }

  /**
   * There is something new: check in at once, unless the server is being given a rest. What is not urgent waits where a
   * return is being spread.
   */
  wake(isUrgent = true): void {
    if (this.#failures === 0 && (isUrgent || !this.#isReturning)) this.#wake.abort();
  }

  /** The network may be back: check in soon, whatever failed before. */
  hurry(): void {
    this.#failures = 0;
    this.#isReturning = this.#spread() > 0;
    this.#wake.abort();
  }

  /** Runs until `signal` aborts; rejects where the store is damaged. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isReturning = this.#spread() > 0;
    while (!signal.aborted) {
      if (this.#isReturning) await this.#pause(this.#spread(), signal);
      this.#isReturning = false;
      if (signal.aborted) return;
      const pause = await this.once(signal);
      if (!signal.aborted && !this.#isReturning) await this.#pause(pause, signal);
    }
  }

  /** Waits, or until there is something new; what is new gathers for a moment. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    const wait = this.#options.wait ?? waitFor;
    await wait(milliseconds, AbortSignal.any([signal, this.#wake.signal]));
    if (this.#wake.signal.aborted) await wait(GATHER_MS, signal);
    this.#wake = new AbortController();
  }

  #spread(): number {
    const { clock, random } = this.#options;
    return spreadReturn(clock.now() - this.#heardAt, RETURN, random);
  }

  /** One check-in, and how long to wait after it, in milliseconds. */
  async once(signal: AbortSignal): Promise<number> {
    try {
      const outcome = await checkIn(this.#checkIn, ENCODINGS[this.#encoding], signal);
      this.#say(outcome);
      return this.#pauseAfter(outcome);
    } catch (error) {
      const fault = faultOf(error);
      if (signal.aborted) return 0;
      if (fault === 'corrupt') throw error;
      if (fault === undefined) this.#say({ kind: 'no-answer', error });
      else this.#options.log.error({ fault }, FAULTS[fault]);
      return this.#backOff();
    }
  }

  #pauseAfter(outcome: CheckedIn): number {
    const { random } = this.#options;
    switch (outcome.kind) {
      case 'settled':
      case 'more':
        this.#failures = 0;
        this.#heardAt = this.#options.clock.now();
        return outcome.kind === 'more' ? 0 : jittered(outcome.nextSeconds * 1000, random);
      case 'not-genuine':
        return this.#backOff();
      case 'left-service':
        this.#options.left?.(outcome.detail);
        return LONG_MS;
      case 'refused':
        if (this.#canMend(outcome)) return 0;
        return Math.max(this.#backOff(), notBefore(outcome.retryAfterSeconds ?? 0, random));
    }
  }

  /** What the server's refusal itself puts right: a counter that a wrong clock had left behind, an encoding that it lacks. */
  #canMend({ code, status }: Extract<CheckedIn, { kind: 'refused' }>): boolean {
    if (code === 'counter-too-low' && this.#failures === 0) {
      this.#failures += 1;
      return true;
    }
    if (status !== 415 || this.#encoding >= ENCODINGS.length - 1) return false;
    this.#encoding += 1;
    return true;
  }

  #backOff(): number {
    this.#failures += 1;
    return delayAfter(this.#failures, this.#options.backOff ?? BACK_OFF, this.#options.random);
  }

  /** Says when something changes, not each time it is so. */
  #say(outcome: Outcome): void {
    const { log, identity, reached } = this.#options;
    const wasReached = this.#isReached;
    this.#isReached = outcome.kind === 'settled' || outcome.kind === 'more';
    if (this.#isReached && wasReached !== true) {
      log.info('the server has been reached');
      reached?.();
    }
    if (outcome.kind === 'refused') {
      const { status, code, detail } = outcome;
      log.warn({ status, code, detail }, 'the server refused a check-in');
    }
    if (outcome.kind === 'left-service') log.warn('this device has left the service of the council');
    if (outcome.kind === 'not-genuine') {
      log.error('an answer was not signed by the server that this device is enrolled with');
    }
    if (outcome.kind === 'no-answer' && wasReached !== false) {
      const error = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
      const { server } = identity.enrolment;
      log.warn({ server, error }, 'the server does not answer: findings are kept and sent later');
    }
  }
}
