import { gzipSync, zstdCompressSync, constants } from 'node:zlib';
import {
  CHECK_IN_TYPE,
  type Clock,
  type RequestSignatureHeaders,
  SERVER_KEY_HEADER,
  signRequest,
  type Signer,
  verifyResponse,
  type VerifyingKey,
} from '@beadle/shared';
import type { Transport, TransportResponse } from './transport.ts';

export type Encoding = 'zstd' | 'gzip' | undefined;

export interface ExchangeOptions {
  readonly transport: Transport;
  readonly server: string;
  readonly signer: Signer;
  readonly clock: Clock;
  /** The last counter used in this process. After a restart the clock, or the server's signed refusal, tells. */
  readonly counter: { read(): number; write(counter: number): void };
}

/** One for all requests of a device, whatever sends them. */
export function createCounter(): ExchangeOptions['counter'] {
  let last = 0;
  return { read: () => last, write: (counter) => void (last = counter) };
}

export interface Exchanged {
  readonly status: number;
  readonly body: unknown;
  /** Whether the pinned server key signed this answer to this request. */
  readonly signed: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly sentAtMonotonic: number;
}

const compress = (body: Uint8Array, encoding: Encoding): Uint8Array => {
  if (encoding === 'zstd') return zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return encoding === 'gzip' ? gzipSync(body) : body;
};

function parse(response: TransportResponse): unknown {
  try {
    return JSON.parse(Buffer.from(response.body).toString());
  } catch {
    return undefined;
  }
}

function retryAfter(response: TransportResponse): number | undefined {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 86_400) : undefined;
}

export interface ExchangeRequest {
  readonly path: string;
  readonly body: Uint8Array;
  readonly encoding: Encoding;
  readonly type?: string;
}

/** `serverKey`: the id of the key that the answer is to be signed by. */
type Signed = Pick<ExchangeRequest, 'path' | 'encoding'> & {
  readonly method: 'GET' | 'POST';
  readonly serverKey: string;
};
export type SigningOptions = Pick<ExchangeOptions, 'server' | 'signer' | 'clock' | 'counter'>;

/** The counter rises past this device's clock and past every counter used before (invariant 5). */
export function sign(
  options: SigningOptions,
  request: Signed,
  body: Uint8Array,
): RequestSignatureHeaders & { readonly [SERVER_KEY_HEADER]: string } {
  const now = options.clock.now();
  const counter = Math.max(options.counter.read() + 1, now);
  options.counter.write(counter);
  const { host } = new URL(options.server);
  const { method, path, encoding: contentEncoding, serverKey } = request;
  const signable = { method, authority: host, path, query: '?', contentEncoding, serverKey, body };
  const at = { created: Math.max(0, Math.floor(now / 1000)), counter };
  return { ...signRequest(signable, options.signer, at), [SERVER_KEY_HEADER]: serverKey };
}

/** A signed refusal says which counter is the last: nothing lower is ever accepted (docs/protocol.md, 3). */
export function takeOverCounter(counter: ExchangeOptions['counter'], body: unknown): boolean {
  const { code, lastCounter } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (code !== 'counter-too-low') return false;
  counter.write(Math.max(counter.read(), Number(lastCounter) || 0));
  return true;
}

/** A key of which only the id is known until the server shows it. */
export interface ToBeShown {
  readonly keyId: string;
  readonly shownBy: (answer: unknown) => VerifyingKey | undefined;
}

/** Sends one signed request and reads the signed answer. */
export async function exchange(
  options: ExchangeOptions,
  request: ExchangeRequest,
  serverKey: VerifyingKey | ToBeShown,
  signal: AbortSignal,
): Promise<Exchanged> {
  const body = compress(request.body, request.encoding);
  const signed = sign(options, { ...request, method: 'POST', serverKey: serverKey.keyId }, body);
  const headers = {
    'content-type': request.type ?? CHECK_IN_TYPE,
    accept: 'application/json, application/problem+json',
    ...(request.encoding === undefined ? {} : { 'content-encoding': request.encoding }),
    ...signed,
  };
  const sentAtMonotonic = options.clock.monotonic();
  const response = await options.transport.send({ method: 'POST', path: request.path, headers, body }, signal);
  const answer = parse(response);
  const key = 'shownBy' in serverKey ? serverKey.shownBy(answer) : serverKey;
  const signable = { status: response.status, body: response.body, requestSignature: signed.signature };
  return {
    status: response.status,
    body: answer,
    signed: key !== undefined && verifyResponse(signable, response.headers, key),
    retryAfterSeconds: retryAfter(response),
    sentAtMonotonic,
  };
}
