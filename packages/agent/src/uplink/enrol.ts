import type { KeyObject } from 'node:crypto';
import {
  type Clock,
  EnrolmentAnswer,
  EnrolmentPending,
  enrolmentProof,
  type EnrolmentRequest,
  parseToken,
  PATHS,
  PROTOCOL_VERSIONS,
  publicJwkOf,
  PublicJwk,
  signerOf,
  thumbprint,
  verifyingKeyOf,
} from '@beadle/shared';
import Value from 'typebox/value';
import { UsageError } from '../errors.ts';
import { exchange } from './exchange.ts';
import type { Transport } from './transport.ts';

export interface EnrolOptions {
  readonly server: string;
  readonly token: string;
  readonly key: KeyObject;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly about: Pick<EnrolmentRequest, 'serialNumber' | 'platform' | 'release' | 'agentVersion' | 'name'>;
}

/** Secrecy of what is sent rests on TLS; only this machine itself is reached without it. Throws `UsageError`. */
export function refuseUnsafeServer(server: string, allowPlain: boolean): URL {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw new UsageError(`The server ${server} is not an address such as https://beadle.council.gov.uk.`);
  }
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UsageError(`The server’s address must begin with https://, not ${url.protocol}//.`);
  if (url.protocol === 'http:' && !isLoopback && !allowPlain) {
    throw new UsageError(
      'The server’s address must begin with https:// (plain http is for a server on this machine; allow-plain-http is for test benches).',
    );
  }
  return url;
}

function keyToTrust(answer: unknown, serverKeyId: string) {
  const jwk: unknown =
    typeof answer === 'object' && answer !== null && 'serverKey' in answer ? answer.serverKey : undefined;
  return Value.Check(PublicJwk, jwk) && thumbprint(jwk) === serverKeyId ? verifyingKeyOf(jwk) : undefined;
}

const wordsOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : 'it gave no reason';

/** What came of asking. `refused` is nobody's signed word: a proxy could have said it. */
export type EnrolmentOutcome =
  | { readonly kind: 'enrolled'; readonly answer: EnrolmentAnswer }
  | { readonly kind: 'pending'; readonly pending: EnrolmentPending }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly detail: string;
      readonly retryAfterSeconds: number | undefined;
    }
  | { readonly kind: 'not-genuine' };

function requestOf({ token: text, key, about }: EnrolOptions) {
  const token = parseToken(text);
  if (token === undefined)
    throw new UsageError('The token is not complete: it begins with beadle1. and has four parts. Copy it again.');
  const signer = signerOf(key);
  const proof = enrolmentProof(token.secret, signer.keyId);
  const request: EnrolmentRequest = {
    protocol: [...PROTOCOL_VERSIONS],
    token: token.id,
    proof,
    key: publicJwkOf(key),
    ...about,
  };
  return { request, signer, serverKeyId: token.serverKeyId };
}

/**
 * Asks to be enrolled: shows knowledge of the token for this key, and believes the server only where the token carries
 * the hash of its key, so that a proxy at first contact is not trusted (invariant 5).
 */
export async function askToEnrol(options: EnrolOptions, signal: AbortSignal): Promise<EnrolmentOutcome> {
  const { request, signer, serverKeyId } = requestOf(options);
  const counter = { read: () => 0, write: () => undefined };
  const body = Buffer.from(JSON.stringify(request));
  const {
    status,
    body: answer,
    signed,
    retryAfterSeconds,
  } = await exchange(
    { ...options, signer, counter },
    { path: PATHS.enrolments, body, encoding: undefined, type: 'application/json' },
    { keyId: serverKeyId, shownBy: (told) => keyToTrust(told, serverKeyId) },
    signal,
  );
  if (signed && status === 201 && Value.Check(EnrolmentAnswer, answer)) return { kind: 'enrolled', answer };
  if (signed && Value.Check(EnrolmentPending, answer)) return { kind: 'pending', pending: answer };
  if (status === 201 || status === 202) return { kind: 'not-genuine' };
  return { kind: 'refused', status, detail: wordsOf(answer), retryAfterSeconds };
}

/** Enrols this device at once, or not at all. Throws `UsageError` where it is refused, or ICT is to approve it first. */
export async function enrol(options: EnrolOptions, signal: AbortSignal): Promise<EnrolmentAnswer> {
  const outcome = await askToEnrol(options, signal);
  switch (outcome.kind) {
    case 'enrolled':
      return outcome.answer;
    case 'not-genuine':
      throw new UsageError(
        `What answered at ${options.server} is not the server that the token was made by: something between may be pretending to be it. Ask ICT.`,
      );
    case 'pending':
      throw new UsageError(`The server at ${options.server} did not enrol this device: ${outcome.pending.detail}`);
    case 'refused':
      throw new UsageError(`The server at ${options.server} did not enrol this device: ${outcome.detail}`);
  }
}
