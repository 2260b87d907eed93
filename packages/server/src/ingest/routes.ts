import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  CHECK_IN_TYPE,
  LIMITS,
  PATHS,
  PROTOCOL_VERSIONS,
  type PublicJwk,
  type VerifyingKey,
  verifyingKeyOf,
} from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../admission/admission.ts';
import { admitBy } from '../admission/hooks.ts';
import { answerSigned, isGenuine, refuseSigned, type SignedRequest, signatureOf } from '../enrolment/signed-request.ts';
import type { Db } from '../db/database.ts';
import { problem, type ProblemCode } from '../errors.ts';
import type { CountryOf } from '../judging/countries.ts';
import type { IngestRefusal, Metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { type ReadCheckIn, readCheckIn } from './batch.ts';
import { ingest, type IngestDeps, type Ingested } from './ingest.ts';
import { type DeviceKey, keyById } from './store.ts';

export interface IngestRoutesDeps extends Omit<IngestDeps, 'origin' | 'country'> {
  readonly countries: CountryOf;
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly wake: () => void;
  readonly admission: Admission;
}

interface Refusal {
  readonly code: ProblemCode;
  readonly counted: IngestRefusal;
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

interface KnownKey extends DeviceKey {
  readonly verifying: VerifyingKey;
}

/**
 * Keys by their id, so that who calls is known at once, however long the database's queue is; and making a key of its JWK
 * anew would cost as much as the signature. A key that has been replaced since is refused when its batch is applied, as
 * its generation is no longer the device's.
 */
function createKeys(db: Db, most: number) {
  const known = new Map<string, KnownKey>();
  return async (keyId: string): Promise<KnownKey | undefined> => {
    const kept = known.get(keyId);
    if (kept !== undefined) return kept;
    const key = await keyById(db, keyId);
    if (key === undefined) return undefined;
    if (known.size >= most) known.clear();
    const found = { ...key, verifying: verifyingKeyOf(JSON.parse(key.jwk) as PublicJwk) };
    known.set(keyId, found);
    return found;
  };
}

/** Decompresses what has been verified; a bomb ends at the limit. */
function decompress(body: Buffer, encoding: string | undefined): Uint8Array | Refusal {
  const limits = { maxOutputLength: LIMITS.checkInBytes };
  try {
    if (encoding === undefined) return body;
    if (encoding === 'zstd') return zstdDecompressSync(body, limits);
    if (encoding === 'gzip') return gunzipSync(body, limits);
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    if (tooLarge)
      return {
        code: 'too-large',
        counted: 'too-large',
        detail: `A check-in is at most ${LIMITS.checkInBytes} bytes when unpacked.`,
      };
    return { code: 'validation', counted: 'form', detail: `The body is not ${encoding}.` };
  }
  return { code: 'unsupported-type', counted: 'form', detail: 'The content encoding must be zstd or gzip, or none.' };
}

const OUTCOMES = {
  superseded: (): Refusal => ({
    code: 'signature-refused',
    counted: 'signature',
    detail: 'This device has been enrolled again since: this key is no longer its own.',
  }),
  'counter-too-low': (outcome: Extract<Ingested, { kind: 'counter-too-low' }>): Refusal => ({
    code: 'counter-too-low',
    counted: 'replayed',
    detail: 'The counter must be higher than the last one.',
    more: { lastCounter: outcome.lastCounter },
  }),
};

interface Handling extends IngestRoutesDeps {
  readonly keyOf: ReturnType<typeof createKeys>;
}

interface Claimed {
  readonly key: KnownKey;
  readonly signed: SignedRequest;
}

/** Whose key the request names: known before a byte of its body is kept. Proves nothing yet. */
async function claimed(request: FastifyRequest, { keyOf, metrics }: Handling): Promise<Claimed> {
  const refuse = (detail: string) => {
    metrics.refused.inc({ reason: 'signature' });
    return problem('signature-refused', detail);
  };
  const signed = signatureOf(request);
  if (signed === undefined) throw refuse('The request carries no signature of the profile in docs/protocol.md.');
  const key = await keyOf(signed.parameters.keyId);
  if (key === undefined) throw refuse('No device is enrolled with this key, or it has been enrolled again since.');
  return { key, signed };
}

/** Refuses what the named key has not signed, without a word of which devices there are. */
function requireGenuine(request: FastifyRequest, { key, signed }: Claimed, deps: Handling): void {
  if (isGenuine(request, request.body as Buffer, signed, key.verifying, deps.settings.authorities)) return;
  deps.metrics.refused.inc({ reason: 'signature' });
  throw problem(
    'signature-refused',
    'The signature does not fit the request as it arrived, or is for another address of this server.',
  );
}

/** The check-in itself, or why it cannot be read. */
function open(request: FastifyRequest, key: DeviceKey): ReadCheckIn | Refusal {
  const bytes = decompress(request.body as Buffer, request.headers['content-encoding']);
  if ('code' in bytes) return bytes;
  const read = readCheckIn(bytes, key.device);
  if ('expected' in read) return { code: 'validation', counted: 'form', detail: `Expected ${read.expected}.` };
  if ((PROTOCOL_VERSIONS as readonly number[]).includes(read.header.protocol)) return read;
  const detail = `This server speaks version ${PROTOCOL_VERSIONS.join(', ')} of the agent protocol.`;
  return { code: 'unsupported-protocol', counted: 'protocol', detail };
}

function refusalOf(outcome: Exclude<Ingested, { kind: 'answer' }>): Refusal {
  return outcome.kind === 'superseded' ? OUTCOMES.superseded() : OUTCOMES['counter-too-low'](outcome);
}

async function checkIn(
  request: FastifyRequest,
  reply: FastifyReply,
  claim: Claimed,
  deps: Handling,
): Promise<FastifyReply> {
  const { metrics } = deps;
  const { key, signed } = claim;
  requireGenuine(request, claim, deps);
  const { signature } = signed.headers;
  const refuse = ({ counted, ...refusal }: Refusal) => {
    metrics.refused.inc({ reason: counted });
    return refuseSigned(reply, refusal, signature, deps);
  };
  const read = open(request, key);
  if ('code' in read) return refuse(read);
  const { origin } = deps.settings;
  // The address goes no further than this: it is neither kept nor logged.
  const country = () => deps.countries(request.ip);
  const outcome = await ingest(key, signed.parameters.counter, read, { ...deps, origin, country });
  if (outcome.kind !== 'answer') return refuse(refusalOf(outcome));
  metrics.batches.inc();
  metrics.findings.inc(outcome.accepted);
  metrics.repeats.inc(outcome.repeats);
  if (outcome.opened) deps.wake();
  return answerSigned(reply, { status: 200, body: outcome.answer }, signature, deps);
}

/**
 * Where devices report (docs/protocol.md). Who names no device's key is refused unread; the body stays as it was received
 * until its signature has been verified.
 */
export async function ingestRoutes(app: FastifyInstance, deps: IngestRoutesDeps): Promise<void> {
  const handling: Handling = { ...deps, keyOf: createKeys(deps.db, 20_000) };
  const claims = new WeakMap<FastifyRequest, Claimed>();
  admitBy(app, {
    admission: deps.admission,
    mostBytes: LIMITS.checkInBytes,
    async nameOf(request) {
      const claim = await claimed(request, handling);
      claims.set(request, claim);
      return claim.signed.parameters.keyId;
    },
  });
  app.removeAllContentTypeParsers();
  const parser = { parseAs: 'buffer', bodyLimit: LIMITS.checkInBytes } as const;
  app.addContentTypeParser(CHECK_IN_TYPE, parser, (_request, body, done) => done(null, body));
  const schema = { tags: ['agent'], summary: 'Check in (docs/protocol.md)' };
  const options = { config: { access: 'device' }, bodyLimit: LIMITS.checkInBytes, schema } as const;
  app.post(PATHS.checkIns, options, async (request, reply) => {
    const claim = claims.get(request) ?? (await claimed(request, handling));
    const answered = await checkIn(request, reply, claim, handling);
    app.storage.worked();
    return answered;
  });
}
