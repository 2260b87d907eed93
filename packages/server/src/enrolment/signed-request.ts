import {
  type Clock,
  parseSignatureInput,
  type RequestSignatureHeaders,
  SERVER_KEY_HEADER,
  signResponse,
  type SignatureParameters,
  type VerifyingKey,
  verifyRequest,
} from '@beadle/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemCode, PROBLEMS } from '../errors.ts';
import { keyFor, type ServerKeys } from '../keys/keys.ts';

export interface SignedRequestDeps {
  readonly keys: ServerKeys;
  readonly clock: Clock;
  /** The names by which devices may know this server; the first is its public one. */
  readonly authorities: readonly string[];
}

export interface SignedRequest {
  readonly headers: RequestSignatureHeaders;
  readonly parameters: SignatureParameters;
  /** The id of the server's key that the device holds to, where it names one. */
  readonly serverKey: string | undefined;
}

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

const KEY_ID = /^[A-Za-z0-9_-]{43}$/;

/** The signature that a request carries, if it is of the one profile. Proves nothing yet. */
export function signatureOf(request: FastifyRequest): SignedRequest | undefined {
  const headers = {
    'content-digest': header(request, 'content-digest'),
    'signature-input': header(request, 'signature-input'),
    signature: header(request, 'signature'),
  };
  const parameters = parseSignatureInput(headers['signature-input']);
  const named = header(request, SERVER_KEY_HEADER);
  const serverKey = KEY_ID.test(named) ? named : undefined;
  return parameters === undefined ? undefined : { headers, parameters, serverKey };
}

/**
 * Verifies over the received bytes. A proxy may have rewritten `Host`, also to one of the server's other names, as nginx does
 * where it is told nothing else: then the public name is what was signed.
 */
export function isGenuine(
  request: FastifyRequest,
  body: Uint8Array,
  signed: SignedRequest,
  key: VerifyingKey,
  authorities: readonly string[],
): boolean {
  const host = request.headers.host ?? '';
  // The query is all that follows the first question mark, further ones included.
  const [path = '', ...query] = request.url.split('?');
  const encoding = header(request, 'content-encoding');
  const names = new Set([authorities.includes(host) ? host : (authorities[0] ?? host), authorities[0] ?? host]);
  const signable = {
    method: request.method,
    path,
    query: `?${query.join('?')}`,
    contentEncoding: encoding === '' ? undefined : encoding,
    serverKey: signed.serverKey,
    body,
  };
  return [...names].some(
    (authority) => verifyRequest({ ...signable, authority }, signed.headers, signed.parameters, key) === 'verified',
  );
}

/** Sends an answer that the device can hold to be the server's own, and to this very request. */
export function answerSigned(
  reply: FastifyReply,
  answer: { readonly status: number; readonly body: unknown; readonly type?: string },
  { headers: { signature: requestSignature }, serverKey }: Pick<SignedRequest, 'headers' | 'serverKey'>,
  { keys, clock }: Pick<SignedRequestDeps, 'keys' | 'clock'>,
): FastifyReply {
  const body = Buffer.from(JSON.stringify(answer.body));
  const response = { status: answer.status, body, requestSignature };
  const headers = signResponse(response, keyFor(keys, serverKey).signer, Math.floor(clock.now() / 1000));
  return reply
    .status(answer.status)
    .headers({
      ...headers,
      'content-type': answer.type ?? 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    .send(body);
}

/** A refusal to a device that is known: signed as well, so that nobody between can invent one. */
export function refuseSigned(
  reply: FastifyReply,
  refusal: { readonly code: ProblemCode; readonly detail: string; readonly more?: Readonly<Record<string, unknown>> },
  signed: Pick<SignedRequest, 'headers' | 'serverKey'>,
  deps: Pick<SignedRequestDeps, 'keys' | 'clock'>,
): FastifyReply {
  const { status, title } = PROBLEMS[refusal.code];
  const body = {
    type: `urn:beadle:problem:${refusal.code}`,
    title,
    status,
    detail: refusal.detail,
    code: refusal.code,
    ...refusal.more,
  };
  return answerSigned(reply, { status, body, type: 'application/problem+json; charset=utf-8' }, signed, deps);
}
