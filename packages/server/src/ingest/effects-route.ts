import { type Clock, type EffectsAnswer, EffectsReport, iso, PATHS, PROTOCOL_VERSIONS } from '@beadle/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import type { Db, Tx } from '../db/database.ts';
import { answerSigned, refuseSigned } from '../enrolment/signed-request.ts';
import type { ServerKeys } from '../keys/keys.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import { type EffectsChanged, takeEffects } from '../orders/desired-state/effects.ts';
import { HIGHEST_VERSION } from '../orders/desired-state/version.ts';
import { parse } from './batch.ts';
import { type Claimed, requireGenuine } from './claims.ts';
import { takeCounter } from './counter.ts';
import { claimingLane, type LaneDeps } from './lane.ts';
import { type Refusal, refusalOf } from './refusals.ts';
import { decompress } from './unpack.ts';

export interface EffectsDeps extends LaneDeps {
  readonly db: Db;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly announce: Announce;
  /** In the transaction: whoever waits for an effect queues what follows from it. */
  readonly effectsChanged?: ((tx: Tx, changed: EffectsChanged) => Promise<void>) | undefined;
  /** After it. */
  readonly wake: () => void;
}

/** 200 effects with all that they may observe. */
const BODY_LIMIT = 512 * 1024;
const report = Compile(EffectsReport);

function open(request: FastifyRequest): EffectsReport | Refusal {
  const bytes = decompress(request.body as Buffer, request.headers['content-encoding']);
  if ('code' in bytes) return bytes;
  const value = parse(bytes);
  const form = { code: 'validation', counted: 'form' } as const;
  if (!report.Check(value)) return { ...form, detail: 'Expected a report of effects of its closed form.' };
  if (value.version > HIGHEST_VERSION) return { ...form, detail: `No version is higher than ${HIGHEST_VERSION}.` };
  if ((PROTOCOL_VERSIONS as readonly number[]).includes(value.protocol)) return value;
  const detail = `This server speaks version ${PROTOCOL_VERSIONS.join(', ')} of the agent protocol.`;
  return { code: 'unsupported-protocol', counted: 'protocol', detail };
}

async function take(
  request: FastifyRequest,
  reply: FastifyReply,
  claim: Claimed,
  deps: EffectsDeps,
): Promise<FastifyReply> {
  requireGenuine(request, claim, deps);
  const { key, signed } = claim;
  const refuse = ({ counted, ...refusal }: Refusal) => {
    deps.metrics.refused.inc({ reason: counted });
    return refuseSigned(reply, refusal, signed, deps);
  };
  const told = open(request);
  if ('code' in told) return refuse(told);
  const now = deps.clock.now();
  const taken = await takeCounter(deps.db, key, signed.parameters.counter, async (tx, device) => {
    const changed = await takeEffects(tx, device, told, { now, announce: deps.announce });
    if (changed.orders.length > 0) await deps.effectsChanged?.(tx, changed);
    return changed.orders.length;
  });
  if (taken.kind !== 'taken') return refuse(refusalOf(taken));
  if (taken.result > 0) deps.wake();
  const body: EffectsAnswer = { protocol: PROTOCOL_VERSIONS[0], serverTime: iso(now) };
  return answerSigned(reply, { status: 200, body }, signed, deps);
}

/** `POST /agent/v1/effects`: what a device observed of what it was ordered. */
export async function effectsRoute(app: FastifyInstance, deps: EffectsDeps): Promise<void> {
  const { claimOf } = claimingLane(app, { mostBytes: BODY_LIMIT, type: 'application/json' }, deps);
  const schema = { tags: ['agent'], summary: 'Report what has come of orders (docs/protocol.md)' };
  const options = { config: { access: 'device' }, bodyLimit: BODY_LIMIT, schema } as const;
  app.post(PATHS.effects, options, async (request, reply) => take(request, reply, await claimOf(request), deps));
}
