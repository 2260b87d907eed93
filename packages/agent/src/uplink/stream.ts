import { PATHS, type Random, STREAM_BEAT_SECONDS, verifyResponse } from '@beadle/shared';
import type { Logger } from 'pino';
import { faultOf } from '../errors.ts';
import type { Identity } from '../identity/identity.ts';
import { type BackOff, delayAfter, jittered } from './backoff.ts';
import { sign, type SigningOptions, takeOverCounter } from './exchange.ts';
import { createDocumentLines } from './stream-lines.ts';
import type { StreamResponse, Transport } from './transport.ts';

export interface StreamOptions extends Omit<SigningOptions, 'server' | 'signer'> {
  readonly transport: Transport;
  readonly identity: Identity;
  readonly random: Random;
  readonly log: Logger;
  /** Takes documents as they come; each carries its own signature, and nothing else of the stream is believed. */
  readonly accept: (documents: readonly string[]) => void;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** How long nothing may come. */
  readonly silenceMs?: number;
}

const BACK_OFF: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000 };
/** A server or proxy that lets no stream through is asked again after this; meanwhile check-ins bring what there is. */
const LONG_MS = 3_600_000;
/** So many in a row that were opened and brought nothing: something between keeps them back. */
const SILENT_STREAMS = 3;
const FIRST_MS = 60_000;
const LONGEST_REFUSAL_BYTES = 16_384;
const REFUSED_FOR_LONG = new Set([404, 405, 426, 501]);

/** How one stream ended. `heard` where anything came. */
type StreamEnd = 'heard' | 'silent' | 'refused' | 'again' | 'no-answer';

async function textOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST_REFUSAL_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An abort signal that fires when `heard` has not been called for `silenceMs`. */
function silence(silenceMs: number, outer: AbortSignal) {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), silenceMs);
  return {
    signal: AbortSignal.any([outer, stop.signal]),
    isOver: () => stop.signal.aborted,
    heard(): void {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), silenceMs);
    },
    end: () => clearTimeout(timer),
  };
}

type Quiet = ReturnType<typeof silence>;

/** The chunks of a body, to its end or to where it is cut off, which is how most streams end. */
async function* orCutOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => undefined);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise;
}

/** Desired states at once, over one long-lived answer that is opened again whenever it ends. */
export class Stream {
  readonly #options: StreamOptions;
  #wake = new AbortController();
  #current: AbortController | undefined;
  #failures = 0;
  #silent = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Whether a refusal was the server's own word that the counter was too low, which mends itself. */
  async #isOfCounter(response: StreamResponse, requestSignature: string): Promise<boolean> {
    const { identity, counter } = this.#options;
    const body = await textOf(response.body);
    const signable = { status: response.status, body, requestSignature };
    if (!verifyResponse(signable, response.headers, identity.serverKey)) return false;
    try {
      return takeOverCounter(counter, JSON.parse(body.toString()));
    } catch {
      return false;
    }
  }

  async #read(response: StreamResponse, quiet: Quiet): Promise<StreamEnd> {
    const { accept, log } = this.#options;
    let end: StreamEnd = 'silent';
    const lines = createDocumentLines((jws) => accept([jws]));
    for await (const chunk of orCutOff(response.body)) {
      if (end !== 'heard') log.info('the stream of orders is open');
      end = 'heard';
      this.#failures = 0;
      quiet.heard();
      lines(chunk);
    }
    return end;
  }

  /** Opens one, with one signature. */
  async #open(signal: AbortSignal) {
    const { identity, transport } = this.#options;
    const { server } = identity.enrolment;
    const request = { method: 'GET', path: PATHS.stream } as const;
    const signing = { ...this.#options, server, signer: identity.signer };
    const { keyId: serverKey } = identity.serverKey;
    const signed = sign(signing, { ...request, encoding: undefined, serverKey }, Buffer.alloc(0));
    const headers = { accept: 'application/x-ndjson, application/problem+json', ...signed };
    return { response: await transport.stream?.({ ...request, headers }, signal), signature: signed.signature };
  }

  /** One stream, from its opening to its end. */
  async once(signal: AbortSignal): Promise<StreamEnd> {
    const { silenceMs = STREAM_BEAT_SECONDS * 2000 } = this.#options;
    this.#current = new AbortController();
    const quiet = silence(silenceMs, AbortSignal.any([signal, this.#current.signal]));
    try {
      const { response, signature } = await this.#open(quiet.signal);
      if (response === undefined) return 'refused';
      if (response.status === 200) return await this.#read(response, quiet);
      if (response.status === 409 && (await this.#isOfCounter(response, signature))) return 'again';
      for await (const _rest of response.body) break;
      return REFUSED_FOR_LONG.has(response.status) ? 'refused' : 'no-answer';
    } catch (error) {
      if (faultOf(error) === 'corrupt') throw error;
      return quiet.isOver() && !signal.aborted ? 'silent' : 'no-answer';
    } finally {
      quiet.end();
    }
  }

  #pauseAfter(end: StreamEnd): number {
    const { random, log } = this.#options;
    if (end === 'again' && this.#failures === 0) {
      this.#failures += 1;
      return 0;
    }
    this.#silent = end === 'silent' ? this.#silent + 1 : 0;
    if (end === 'refused' || this.#silent >= SILENT_STREAMS) {
      log.info({ refused: end === 'refused' }, 'orders come with check-ins: no stream comes through');
      this.#silent = 0;
      return jittered(LONG_MS, random);
    }
    return delayAfter((this.#failures += 1), BACK_OFF, random);
  }

  /** The network may be back, or the server has just answered: what waits is opened now. */
  hurry(): void {
    this.#failures = 0;
    this.#wake.abort();
  }

  /** Opens what may have died unheard, as after a sleep. */
  reopen(): void {
    this.#current?.abort();
    this.hurry();
  }

  /** Begins once the server has been reached, whose return is spread, or after a minute. Rejects where the store is damaged. */
  async run(signal: AbortSignal): Promise<void> {
    const { transport, wait, random } = this.#options;
    if (transport.stream === undefined) return untilAborted(signal);
    await wait(jittered(FIRST_MS, random), AbortSignal.any([signal, this.#wake.signal]));
    while (!signal.aborted) {
      const pause = this.#pauseAfter(await this.once(signal));
      this.#wake = new AbortController();
      if (!signal.aborted) await wait(pause, AbortSignal.any([signal, this.#wake.signal]));
    }
  }
}
