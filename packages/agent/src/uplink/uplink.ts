import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@beadle/shared';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import { type BackOff, delayAfter, jittered } from './backoff.ts';
import { type CheckedIn, checkIn, type CheckInOptions } from './check-in.ts';
import type { Encoding } from './exchange.ts';

export interface UplinkOptions extends Omit<CheckInOptions, 'counter'> {
  readonly log: Logger;
  readonly random: Random;
  readonly backOff?: BackOff;
  /** Called when the server answers for the first time, or again after it did not. */
  readonly reached?: () => void;
  /** Waits; handed in so that a simulation need not. Resolves early where the signal aborts. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const BACK_OFF: BackOff = { firstMs: 2_000, mostMs: 15 * 60_000 };
/** Findings made at one moment leave together. */
const GATHER_MS = 100;
const ENCODINGS: readonly Encoding[] = ['zstd', 'gzip', undefined];

const waitFor = (milliseconds: number, signal: AbortSignal) =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

/** Checks in when there is something to say, and from time to time when there is not, until stopped. */
export function createUplink(options: UplinkOptions) {
  const { log, random } = options;
  const wait = options.wait ?? waitFor;
  let counter = 0;
  const whole: CheckInOptions = { ...options, counter: { read: () => counter, write: (value) => (counter = value) } };
  let encoding = 0;
  let failures = 0;
  let wake = new AbortController();
  let isReached: boolean | undefined;

  function say(outcome: CheckedIn | { kind: 'no-answer'; error: unknown }): void {
    const fine = outcome.kind === 'settled' || outcome.kind === 'more';
    if (fine && isReached !== true) {
      log.info('the server has been reached');
      options.reached?.();
    }
    if (outcome.kind === 'refused')
      log.warn({ status: outcome.status, code: outcome.code, detail: outcome.detail }, 'the server refused a check-in');
    if (outcome.kind === 'not-genuine')
      log.error('an answer was not signed by the server that this device is enrolled with');
    if (outcome.kind === 'no-answer' && isReached !== false) {
      const message = outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
      log.warn(
        { server: options.identity.enrolment.server, error: message },
        'the server does not answer: findings are kept and sent later',
      );
    }
    isReached = fine;
  }

  /** One check-in, and how long to wait after it, in milliseconds. */
  async function once(signal: AbortSignal): Promise<number> {
    try {
      const outcome = await checkIn(whole, ENCODINGS[encoding], signal);
      say(outcome);
      if (outcome.kind === 'settled' || outcome.kind === 'more') {
        failures = 0;
        return outcome.kind === 'more' ? 0 : jittered(outcome.nextSeconds * 1000, random);
      }
      if (outcome.kind === 'refused' && outcome.code === 'counter-too-low' && failures === 0) {
        failures += 1;
        return 0;
      }
      if (outcome.kind === 'refused' && outcome.status === 415 && encoding < ENCODINGS.length - 1) {
        encoding += 1;
        return 0;
      }
      failures += 1;
      const backOff = delayAfter(failures, options.backOff ?? BACK_OFF, random);
      return outcome.kind === 'refused'
        ? Math.max(backOff, jittered((outcome.retryAfterSeconds ?? 0) * 1000, random))
        : backOff;
    } catch (error) {
      if (signal.aborted) return 0;
      failures += 1;
      const fault = faultOf(error);
      if (fault === 'corrupt') throw error;
      if (fault === undefined) say({ kind: 'no-answer', error });
      else log.error({ fault }, FAULTS[fault]);
      return delayAfter(failures, options.backOff ?? BACK_OFF, random);
    }
  }

  return {
    once: (signal: AbortSignal) => once(signal),
    /** There is something new: check in at once, unless the server is being given a rest. */
    wake(): void {
      if (failures === 0) wake.abort();
    },
    /** The network may be back: check in at once, whatever failed before. */
    hurry(): void {
      failures = 0;
      wake.abort();
    },
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const pause = await once(signal);
        if (signal.aborted) return;
        await wait(pause, AbortSignal.any([signal, wake.signal]));
        if (wake.signal.aborted) await wait(GATHER_MS, signal);
        wake = new AbortController();
      }
    },
  };
}

export type Uplink = ReturnType<typeof createUplink>;
