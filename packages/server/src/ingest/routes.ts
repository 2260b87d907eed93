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
import { answerSigned, isGenuine, refuseSigned, type SignedRequest, signatureOf } from '../enrolment/signed-request.ts';
import { problem, type ProblemCode } from '../errors.ts';
import type { IngestRefusal, Metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { readCheckIn } from './batch.ts';
import { ingest, type IngestDeps, type Ingested } from './ingest.ts';
import { type DeviceKey, keyById } from './store.ts';

export interface IngestRoutesDeps extends Omit<IngestDeps, 'origin'> {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly wake: () => void;
}

interface Refusal {
  readonly code: ProblemCode;
  readonly counted: IngestRefusal;
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Verified keys by their id: making a key of its JWK anew for each request would cost as much as the signature. */
function createKeyCache(most: number) {
  const keys = new Map<string, VerifyingKey>();
  return (keyId: string, jwk: string): VerifyingKey => {
    const cached = keys.get(keyId);
    if (cached !== undefined) return cached;
    if (keys.size >= most) keys.clear();
    const key = verifyingKeyOf(JSON.parse(jwk) as PublicJwk);
    keys.set(keyId, key);
    return key;
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

export async function ingestRoutes(app: FastifyInstance, deps: IngestRoutesDeps): Promise<void> {
  const { db, settings, metrics } = deps;
  const keyFor = createKeyCache(20_000);
  const ingestDeps: IngestDeps = { ...deps, origin: settings.origin };

  async function authenticate(request: FastifyRequest): Promise<{ key: DeviceKey; signed: SignedRequest }> {
    const refuse = (detail: string) => {
      metrics.refused.inc({ reason: 'signature' });
      return problem('signature-refused', detail);
    };
    const signed = signatureOf(request);
    if (signed === undefined) throw refuse('The request carries no signature of the profile in docs/protocol.md.');
    const key = await keyById(db, signed.parameters.keyId);
    if (key === undefined) throw refuse('No device is enrolled with this key, or it has been enrolled again since.');
    const genuine = isGenuine(
      request,
      request.body as Buffer,
      signed,
      keyFor(signed.parameters.keyId, key.jwk),
      settings.authorities,
    );
    if (!genuine)
      throw refuse('The signature does not fit the request as it arrived, or is for another address of this server.');
    return { key, signed };
  }

  function refuse(reply: FastifyReply, { counted, ...refusal }: Refusal, signed: SignedRequest): FastifyReply {
    metrics.refused.inc({ reason: counted });
    return refuseSigned(reply, refusal, signed.headers.signature, deps);
  }

  async function checkIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { key, signed } = await authenticate(request);
    const bytes = decompress(request.body as Buffer, request.headers['content-encoding']);
    if ('code' in bytes) return refuse(reply, bytes, signed);
    const read = readCheckIn(bytes, key.device);
    if ('expected' in read)
      return refuse(reply, { code: 'validation', counted: 'form', detail: `Expected ${read.expected}.` }, signed);
    if (!(PROTOCOL_VERSIONS as readonly number[]).includes(read.header.protocol)) {
      const detail = `This server speaks version ${PROTOCOL_VERSIONS.join(', ')} of the agent protocol.`;
      return refuse(reply, { code: 'unsupported-protocol', counted: 'protocol', detail }, signed);
    }
    const outcome = await ingest(key, signed.parameters.counter, read, ingestDeps);
    if (outcome.kind === 'superseded') return refuse(reply, OUTCOMES.superseded(), signed);
    if (outcome.kind === 'counter-too-low') return refuse(reply, OUTCOMES['counter-too-low'](outcome), signed);
    metrics.batches.inc();
    metrics.findings.inc(outcome.accepted);
    metrics.repeats.inc(outcome.repeats);
    if (outcome.accepted > 0) deps.wake();
    return answerSigned(reply, { status: 200, body: outcome.answer }, signed.headers.signature, deps);
  }

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    CHECK_IN_TYPE,
    { parseAs: 'buffer', bodyLimit: LIMITS.checkInBytes },
    (_request, body, done) => done(null, body),
  );
  app.post(
    PATHS.checkIns,
    {
      config: { access: 'device' },
      bodyLimit: LIMITS.checkInBytes,
      schema: { tags: ['agent'], summary: 'Check in (docs/protocol.md)' },
    },
    checkIn,
  );
}
