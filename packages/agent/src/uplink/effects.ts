import { type EffectsReport, PATHS, type Random } from '@beadle/shared';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import type { Identity } from '../identity/identity.ts';
import { type BackOff, delayAfter } from './backoff.ts';
import { exchange, type ExchangeOptions, takeOverCounter } from './exchange.ts';

/** A report with what the one who made it needs to know to take it back from those that wait. */
interface Report {
  readonly report: EffectsReport;
}

export interface EffectsOptions<R extends Report> extends Omit<ExchangeOptions, 'server' | 'signer'> {
  readonly identity: Identity;
  readonly random: Random;
  readonly log: Logger;
  /** What to send next, from the disk; undefined where the server has acknowledged all. */
  readonly next: () => R | undefined;
  readonly acknowledged: (report: R) => void;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const BACK_OFF: BackOff = { firstMs: 2_000, mostMs: 15 * 60_000 };
/** One that nothing wakes looks again after this. */
const IDLE_MS = 15 * 60_000;

/** Tells the server what was observed of each order: in order, one report after the other, until each is acknowledged. */
export function createEffectsUplink<R extends Report>(options: EffectsOptions<R>) {
  const { identity, random, log, next, acknowledged, counter } = options;
  const base = { ...options, signer: identity.signer, server: identity.enrolment.server };
  let wake = new AbortController();
  let failures = 0;

  /** True where the server has taken it. A refusal that only says which counter is the last is tried again. */
  async function send({ report }: R, signal: AbortSignal, again = true): Promise<boolean> {
    const body = Buffer.from(JSON.stringify(report));
    const request = { path: PATHS.effects, body, encoding: undefined, type: 'application/json' };
    const answer = await exchange(base, request, identity.serverKey, signal);
    if (!answer.signed) return false;
    if (answer.status === 200) return true;
    return again && takeOverCounter(counter, answer.body) ? send({ report } as R, signal, false) : false;
  }

  /** How long to wait after what could be sent has been, in milliseconds. */
  async function once(signal: AbortSignal): Promise<number> {
    try {
      for (let one = next(); one !== undefined && !signal.aborted; one = next()) {
        if (!(await send(one, signal))) return delayAfter((failures += 1), BACK_OFF, random);
        acknowledged(one);
        failures = 0;
      }
      return IDLE_MS;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'corrupt') throw error;
      if (fault !== undefined) log.error({ fault }, FAULTS[fault]);
      return delayAfter((failures += 1), BACK_OFF, random);
    }
  }

  return {
    once,
    /** There is something new; a server that does not answer is left its time. */
    wake: (): void => (failures === 0 ? wake.abort() : undefined),
    /** The server answers again. */
    hurry(): void {
      failures = 0;
      wake.abort();
    },
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const pause = await once(signal);
        const woken = wake.signal.aborted && failures === 0;
        wake = new AbortController();
        if (!signal.aborted && !woken) await options.wait(pause, AbortSignal.any([signal, wake.signal]));
      }
    },
  };
}

export type EffectsUplink = ReturnType<typeof createEffectsUplink>;
