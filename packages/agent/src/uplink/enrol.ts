import type { KeyObject } from 'node:crypto';
import {
  type Clock,
  EnrolmentAnswer,
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
  readonly about: Pick<EnrolmentRequest, 'serialNumber' | 'platform' | 'release' | 'agentVersion'>;
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

/**
 * Enrols this device: shows knowledge of the token for a new key, and takes the server's key only where the token
 * carries its hash, so that a proxy at first contact is not trusted (invariant 5). Throws `UsageError` where refused.
 */
export async function enrol(options: EnrolOptions, signal: AbortSignal): Promise<EnrolmentAnswer> {
  const token = parseToken(options.token);
  if (token === undefined)
    throw new UsageError('The token is not complete: it begins with beadle1. and has four parts. Copy it again.');
  const signer = signerOf(options.key);
  const request: EnrolmentRequest = {
    protocol: [...PROTOCOL_VERSIONS],
    token: token.id,
    proof: enrolmentProof(token.secret, signer.keyId),
    key: publicJwkOf(options.key),
    ...options.about,
  };
  const counter = { read: () => 0, write: () => undefined };
  const answer = await exchange(
    { ...options, signer, counter },
    {
      path: PATHS.enrolments,
      body: Buffer.from(JSON.stringify(request)),
      encoding: undefined,
      type: 'application/json',
    },
    (body) => keyToTrust(body, token.serverKeyId),
    signal,
  );
  if (answer.status !== 201)
    throw new UsageError(`The server at ${options.server} did not enrol this device: ${wordsOf(answer.body)}`);
  if (!answer.signed || !Value.Check(EnrolmentAnswer, answer.body)) {
    throw new UsageError(
      `What answered at ${options.server} is not the server that the token was made by: something between may be pretending to be it. Ask ICT.`,
    );
  }
  return answer.body;
}
