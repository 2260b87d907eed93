import { type Clock, PATHS, PROTOCOL_VERSIONS } from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Gauge } from 'prom-client';
import type { Db } from '../../db/database.ts';
import { refuseSigned } from '../../enrolment/signed-request.ts';
import { keyFor, type ServerKeys } from '../../keys/keys.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { Announcements } from '../../orders/desired-state/announce.ts';
import type { Settings } from '../../settings.ts';
import { type Claimed, requireGenuine } from '../claims.ts';
import { takeCounter } from '../counter.ts';
import { claimingLane, type LaneDeps } from '../lane.ts';
import { type Refusal, refusalOf } from '../refusals.ts';
import { begin } from './connection.ts';
import { Streams } from './streams.ts';

export interface StreamDeps extends LaneDeps {
  readonly db: Db;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: Settings;
  readonly announcements: Announcements;
}

/** Nobody comes back at once where there is no place: check-ins bring the same, a little later. */
const RETRY_AFTER_SECONDS = 60;
const FULL: Refusal = {
  code: 'overloaded',
  counted: 'other',
  detail: `As many devices listen as there may be. Come again in ${RETRY_AFTER_SECONDS} seconds.`,
};

/** Verifies as a check-in is, then answers for as long as the device listens. */
async function listen(
  request: FastifyRequest,
  reply: FastifyReply,
  claim: Claimed,
  deps: StreamDeps & { readonly streams: Streams; readonly release: () => void },
): Promise<FastifyReply> {
  requireGenuine(request, claim, deps);
  const { key, signed } = claim;
  const refuse = ({ counted, ...refusal }: Refusal) => {
    deps.metrics.refused.inc({ reason: counted });
    return refuseSigned(reply, refusal, signed, deps);
  };
  const taken = await takeCounter(deps.db, key, signed.parameters.counter, async () => undefined);
  if (taken.kind !== 'taken') return refuse(refusalOf(taken));
  const of = { organisation: key.organisation, device: key.device };
  if (deps.streams.isFull(of)) {
    reply.header('retry-after', RETRY_AFTER_SECONDS);
    return refuse(FULL);
  }
  reply.hijack();
  deps.release();
  begin(reply.raw, { 'x-request-id': request.id });
  const { signer } = keyFor(deps.keys, signed.serverKey);
  deps.streams.open({ ...of, generation: key.generation, response: reply.raw, signer });
  return reply;
}

function measure({ registry }: Metrics, streams: Streams): void {
  const open: Gauge = new Gauge({
    name: 'beadle_streams_open',
    help: 'Devices that are connected to hear of their orders',
    registers: [registry],
    collect: () => open.set(streams.count),
  });
}

/** `GET /agent/v1/stream`: a line for each desired state, an empty one to say that it lives (docs/protocol.md). */
export async function streamRoute(app: FastifyInstance, deps: StreamDeps): Promise<void> {
  const { db, clock, log, announcements, settings } = deps;
  const streams = new Streams({ db, clock, log, announcements, most: settings.limits.streams });
  measure(deps.metrics, streams);
  app.addHook('preClose', async () => streams.close());
  const { claimOf, release } = claimingLane(app, { mostBytes: 0 }, deps);
  const schema = {
    tags: ['agent'],
    summary: `Hear of orders as they come, in version ${PROTOCOL_VERSIONS[0]} (docs/protocol.md)`,
  };
  app.get(
    PATHS.stream,
    { config: { access: 'device', lasts: true }, schema, exposeHeadRoute: false },
    async (request, reply) =>
      listen(request, reply, await claimOf(request), { ...deps, streams, release: () => release(request) }),
  );
}
