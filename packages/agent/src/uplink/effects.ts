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
export class EffectsUplink<R extends Report> {
  readonly #options: EffectsOptions<R>;
  #wake = new AbortController();
  #failures = 0;

  constructor(options: EffectsOptions<R>) {
    this.#options = options;
  }

  /** True where the server has taken it. A refusal that only says which counter is the last is tried again. */
  async #send(one: R, signal: AbortSignal, again = true): Promise<boolean> {
    const { identity, counter } = this.#options;
    const base = { ...this.#options, signer: identity.signer, server: identity.enrolment.server };
    const body = Buffer.from(JSON.stringify(one.report));
    const request = { path: PATHS.effects, body, encoding: undefined, type: 'application/json' };
    const answer = await exchange(base, request, identity.serverKey, signal);
    if (!answer.signed) return false;
    if (answer.status === 200) return true;
    return again && takeOverCounter(counter, answer.body) ? this.#send(one, signal, false) : false;
  }

  #backOff(): number {
    return delayAfter((this.#failures += 1), BACK_OFF, this.#options.random);
  }

  /** Sends what there is; how long to wait after it, in milliseconds. */
  async once(signal: AbortSignal): Promise<number> {
    const { next, acknowledged, log } = this.#options;
    try {
      for (let one = next(); one !== undefined && !signal.aborted; one = next()) {
        if (!(await this.#send(one, signal))) return this.#backOff();
        acknowledged(one);
        this.#failures = 0;
      }
      return IDLE_MS;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'corrupt') throw error;
      if (fault !== undefined) log.error({ fault }, FAULTS[fault]);
      return this.#backOff();
    }
  }

  /** There is something new; a server that does not answer is left its time. */
  wake(): void {
    if (this.#failures === 0) this.#wake.abort();
  }

  /** The server answers again. */
  hurry(): void {
    this.#failures = 0;
    this.#wake.abort();
  }

  /** Until `signal` aborts; rejects where the store is damaged. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.once(signal);
      const isWoken = this.#wake.signal.aborted && this.#failures === 0;
      this.#wake = new AbortController();
      if (!signal.aborted && !isWoken) await this.#options.wait(pause, AbortSignal.any([signal, this.#wake.signal]));
    }
  }
}
