import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  bodyHash,
  CHECK_IN_TYPE,
  type ChainPosition,
  type CheckInHeader,
  enrolmentProof,
  type FindingBody,
  linkOf,
  parseToken,
  PATHS,
  publicJwkOf,
  signerOf,
  signRequest,
  START,
  type Signer,
} from '@beadle/shared';
import type { Shot } from './shot.ts';

/** A device as its owner has it: with its real key, able to sign anything. */
export interface Device {
  readonly assetTag: string;
  readonly id: string;
  readonly generation: number;
  readonly signer: Signer;
  head: ChainPosition;
}

export const AUTHORITY = '127.0.0.1:8420';

export const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

export interface Signing {
  readonly method?: string;
  readonly path: string;
  readonly body: Buffer;
  readonly signer: Signer;
  readonly counter: number;
  readonly encoding?: string | undefined;
  readonly authority?: string;
  readonly query?: string;
  readonly type?: string;
}

/** A request with the three headers of the profile (docs/protocol.md, 3), signed by whoever is given. */
export function signedShot(signing: Signing): Shot {
  const { method = 'POST', path, body, signer, counter, encoding, authority = AUTHORITY, query = '?' } = signing;
  const signable = { method, authority, path, query, contentEncoding: encoding, body };
  const headers = signRequest(signable, signer, { created: Math.floor(counter / 1000), counter });
  return {
    method: 'POST',
    url: path,
    headers: {
      host: AUTHORITY,
      'content-type': signing.type ?? CHECK_IN_TYPE,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      ...headers,
    },
    payload: body,
  };
}

export function headerOf(device: Device, at: string): CheckInHeader {
  return {
    protocol: 1,
    generation: device.generation,
    sentAt: at,
    previous: device.head,
    state: { sequence: 0, digest: START.link },
    agent: { version: '0.1.0', platform: 'linux', release: '6.1', outbox: { pending: 0, bytes: 0, dropped: 0 } },
    policySerial: 0,
    onCouncilNetwork: null,
    facts: {},
  };
}

export function findingOf(salt: string, at: string, more: Partial<FindingBody> = {}): FindingBody {
  return {
    salt,
    rule: 'laptop-encryption',
    clause: '5.9',
    check: 'disk-encryption',
    subject: '/',
    kind: 'state',
    at,
    verdict: 'fail',
    severity: 'critical',
    observed: { state: 'off' },
    policyVersion: '1',
    ...more,
  };
}

export const linesOf = (header: unknown, bodies: readonly unknown[]): Buffer =>
  Buffer.from([header, ...bodies].map((line) => `${JSON.stringify(line)}\n`).join(''));

/** Where the chain of `device` stands once these bodies have been accepted. */
export function headAfter(device: Device, bodies: readonly Uint8Array[]): ChainPosition {
  let { sequence, link } = device.head;
  for (const body of bodies) {
    sequence += 1;
    const entry = { previous: link, device: device.id, generation: device.generation, sequence };
    link = linkOf({ ...entry, bodyHash: bodyHash(body) });
  }
  return { sequence, link };
}

export interface Enrolling {
  readonly token: string;
  readonly key: KeyObject;
  readonly counter: number;
  readonly change?: (request: Record<string, unknown>) => unknown;
}

export function enrolmentShot({ token, key, counter, change = (request) => request }: Enrolling): Shot {
  const parsed = parseToken(token);
  if (parsed === undefined) throw new Error('not a token');
  const signer = signerOf(key);
  const request = {
    protocol: [1],
    token: parsed.id,
    proof: enrolmentProof(parsed.secret, signer.keyId),
    key: publicJwkOf(key),
    serialNumber: null,
    platform: 'linux',
    release: '6.1',
    agentVersion: '0.1.0',
  };
  const body = Buffer.from(JSON.stringify(change(request)) ?? '');
  return signedShot({ path: PATHS.enrolments, body, signer, counter, type: 'application/json' });
}
