import { PATHS, type Random, STREAM_BEAT_SECONDS, verifyResponse } from '@beadle/shared';
import type { Logger } from 'pino';
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
export type StreamEnd = 'heard' | 'silent' | 'refused' | 'again' | 'no-answer';

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
    heard(): void {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), silenceMs);
    },
    end: () => clearTimeout(timer),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise;
}

/** Desired states at once, over one long-lived answer that is opened again whenever it ends. */
export function createStream(options: StreamOptions) {
  const { identity, random, log, counter, accept, transport } = options;
  const { server } = identity.enrolment;
  const silenceMs = options.silenceMs ?? STREAM_BEAT_SECONDS * 2000;
  let wake = new AbortController();
  let current: AbortController | undefined;
  let failures = 0;
  let silent = 0;

  /** Whether a refusal was the server's own word that the counter was too low, which mends itself. */
  async function isOfCounter(response: StreamResponse, requestSignature: string): Promise<boolean> {
    const body = await textOf(response.body);
    const signed = verifyResponse(
      { status: response.status, body, requestSignature },
      response.headers,
      identity.serverKey,
    );
    try {
      return signed && takeOverCounter(counter, JSON.parse(body.toString()));
    } catch {
      return false;
    }
  }

  async function read(response: StreamResponse, quiet: ReturnType<typeof silence>): Promise<StreamEnd> {
    let end: StreamEnd = 'silent';
    const lines = createDocumentLines((jws) => accept([jws]));
    try {
      for await (const chunk of response.body) {
        if (end !== 'heard') log.info('the stream of orders is open');
        end = 'heard';
        failures = 0;
        quiet.heard();
        lines(chunk);
      }
    } catch {
      // It was cut off, which is how most streams end.
    }
    return end;
  }

  /** One stream, from its opening to its end. */
  async function once(signal: AbortSignal): Promise<StreamEnd> {
    if (transport.stream === undefined) return 'refused';
    current = new AbortController();
    const quiet = silence(silenceMs, AbortSignal.any([signal, current.signal]));
    try {
      const request = { method: 'GET', path: PATHS.stream, encoding: undefined } as const;
      const headers = { ...sign({ ...options, server, signer: identity.signer }, request, Buffer.alloc(0)) };
      const accepts = { accept: 'application/x-ndjson, application/problem+json' };
      const response = await transport.stream(
        { method: 'GET', path: PATHS.stream, headers: { ...accepts, ...headers } },
        quiet.signal,
      );
      if (response.status === 200) return await read(response, quiet);
      if (response.status === 409 && (await isOfCounter(response, headers.signature))) return 'again';
      for await (const _rest of response.body) break;
      return REFUSED_FOR_LONG.has(response.status) ? 'refused' : 'no-answer';
    } catch {
      return quiet.signal.aborted && !signal.aborted ? 'silent' : 'no-answer';
    } finally {
      quiet.end();
    }
  }

  function pauseAfter(end: StreamEnd): number {
    if (end === 'again' && failures === 0) {
      failures += 1;
      return 0;
    }
    silent = end === 'silent' ? silent + 1 : 0;
    const isKeptBack = silent >= SILENT_STREAMS;
    if (end === 'refused' || isKeptBack) {
      log.info({ refused: end === 'refused' }, 'orders come with check-ins: no stream comes through');
      silent = 0;
      return jittered(LONG_MS, random);
    }
    failures += 1;
    return delayAfter(failures, BACK_OFF, random);
  }

  return {
    once,
    /** The network may be back, or the server has just answered: what waits is opened now. */
    hurry(): void {
      failures = 0;
      wake.abort();
    },
    /** Opens what may have died unheard, as after a sleep. */
    reopen(): void {
      current?.abort();
      this.hurry();
    },
    /** Begins once the server has been reached, whose return is spread, or after a minute. */
    async run(signal: AbortSignal): Promise<void> {
      if (transport.stream === undefined) return untilAborted(signal);
      await options.wait(jittered(FIRST_MS, random), AbortSignal.any([signal, wake.signal]));
      while (!signal.aborted) {
        const pause = pauseAfter(await once(signal));
        wake = new AbortController();
        if (!signal.aborted) await options.wait(pause, AbortSignal.any([signal, wake.signal]));
      }
    },
  };
}

export type Stream = ReturnType<typeof createStream>;
