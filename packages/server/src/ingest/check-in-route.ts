import { CHECK_IN_TYPE, LIMITS, PATHS, PROTOCOL_VERSIONS } from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerSigned, refuseSigned } from '../enrolment/signed-request.ts';
import type { CountryOf } from '../judging/countries.ts';
import type { Metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { type ReadCheckIn, readCheckIn } from './batch.ts';
import { type Claimed, requireGenuine } from './claims.ts';
import { ingest, type IngestDeps } from './ingest.ts';
import { claimingLane, type LaneDeps } from './lane.ts';
import { type Refusal, refusalOf } from './refusals.ts';
import type { DeviceKey } from './store.ts';
import { decompress } from './unpack.ts';

export interface CheckInDeps extends Omit<IngestDeps, 'origin' | 'country'>, LaneDeps {
  readonly countries: CountryOf;
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly wake: () => void;
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

async function checkIn(
  request: FastifyRequest,
  reply: FastifyReply,
  claim: Claimed,
  deps: CheckInDeps,
): Promise<FastifyReply> {
  const { metrics } = deps;
  const { key, signed } = claim;
  requireGenuine(request, claim, deps);
  const refuse = ({ counted, ...refusal }: Refusal) => {
    metrics.refused.inc({ reason: counted });
    return refuseSigned(reply, refusal, signed, deps);
  };
  const read = open(request, key);
  if ('code' in read) return refuse(read);
  const { origin } = deps.settings;
  // The address goes no further than this: it is neither kept nor logged.
  const country = () => deps.countries(request.ip);
  const call = { counter: signed.parameters.counter, serverKey: signed.serverKey };
  const outcome = await ingest(key, call, read, { ...deps, origin, country });
  if (outcome.kind !== 'answer') return refuse(refusalOf(outcome));
  metrics.batches.inc();
  metrics.findings.inc(outcome.accepted);
  metrics.repeats.inc(outcome.repeats);
  if (outcome.opened) deps.wake();
  return answerSigned(reply, { status: 200, body: outcome.answer }, signed, deps);
}

/** `POST /agent/v1/check-ins`. The body stays as it was received until its signature has been verified. */
export async function checkInRoute(app: FastifyInstance, deps: CheckInDeps): Promise<void> {
  const { claimOf } = claimingLane(app, { mostBytes: LIMITS.checkInBytes, type: CHECK_IN_TYPE }, deps);
  const schema = { tags: ['agent'], summary: 'Check in (docs/protocol.md)' };
  const options = { config: { access: 'device' }, bodyLimit: LIMITS.checkInBytes, schema } as const;
  app.post(PATHS.checkIns, options, async (request, reply) => {
    const answered = await checkIn(request, reply, await claimOf(request), deps);
    app.storage.worked();
    return answered;
  });
}
