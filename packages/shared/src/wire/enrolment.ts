import { createHmac, hash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { IsoTime } from '../findings/finding.ts';
import { PublicJwk } from './keys.ts';

const closed = { additionalProperties: false } as const;
const Text = (maximum: number) => Type.String({ minLength: 1, maxLength: maximum });

export const EnrolmentRequest = Type.Object(
  {
    protocol: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 20 }),
    token: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
    /** `enrolmentProof`: shows knowledge of the token's secret for this key, without sending it. */
    proof: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    key: PublicJwk,
    serialNumber: Type.Union([Text(120), Type.Null()]),
    platform: Type.Enum(['linux', 'win32', 'darwin']),
    release: Text(120),
    agentVersion: Text(40),
    /** What the device calls itself. Only where a fleet key enrols, for whoever has to tell which laptop it is. */
    name: Type.Optional(Text(120)),
  },
  closed,
);
export type EnrolmentRequest = Static<typeof EnrolmentRequest>;

export const EnrolmentAnswer = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    device: Text(80),
    assetTag: Text(80),
    generation: Type.Integer({ minimum: 1 }),
    organisation: Text(200),
    serverKey: PublicJwk,
    serverTime: IsoTime,
    documents: Type.Array(Type.String({ maxLength: 4_000_000 }), { maxItems: 20 }),
  },
  closed,
);
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>;

/** 202, and 403 where ICT has refused: what became of a request by a fleet key that does not enrol at once. Signed. */
export const EnrolmentPending = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    decision: Type.Enum(['waiting', 'refused']),
    /** In words for whoever is at the device: with a refusal ICT's reason. Never why it waits, which tells of the register. */
    detail: Text(1000),
    /** When to ask again, in seconds. */
    retryAfterSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    serverKey: PublicJwk,
    serverTime: IsoTime,
  },
  closed,
);
export type EnrolmentPending = Static<typeof EnrolmentPending>;

/** `beadle1.ID.SECRET.SERVERKEY`: what ICT carries to the device, once. */
export interface EnrolmentToken {
  readonly id: string;
  readonly secret: string;
  /** The thumbprint of the server's key, so that a proxy at first contact is not trusted (invariant 5). */
  readonly serverKeyId: string;
}

const TOKEN = /^beadle1\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export const formatToken = (token: EnrolmentToken): string =>
  `beadle1.${token.id}.${token.secret}.${token.serverKeyId}`;

export function parseToken(text: string): EnrolmentToken | undefined {
  const [, id, secret, serverKeyId] = TOKEN.exec(text.trim()) ?? [];
  if (id === undefined || secret === undefined || serverKeyId === undefined) return undefined;
  return { id, secret, serverKeyId };
}

/**
 * HMAC-SHA-256 under the token's secret over the thumbprint of the device's key: a proxy that reads the request cannot
 * use the token for a key of its own.
 */
export const enrolmentProof = (secret: string, keyId: string): string =>
  createHmac('sha256', secret).update(`beadle-enrol-1\n${keyId}\n`).digest('base64url');

/** A token's secret is derived from a key that is not in the database, so that a copy of it enrols nothing. */
export const tokenSecret = (tokenKey: Uint8Array, id: string): string =>
  createHmac('sha256', tokenKey).update(`beadle-token-1\n${id}\n`).digest('base64url');

/** The counterpart of a bearer token in the database. */
export const secretHash = (secret: string): string => hash('sha256', secret, 'hex');
