import type { Clock, Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { containing } from '../containing.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { ServerKeys } from '../keys/keys.ts';
import { secretLines } from '../notify/webhook.ts';
import type { Settings } from '../settings.ts';
import type { Reading } from './connector.ts';
import { type CallbackOutcome, callbackOutcome, readCallbackToken } from './connectors/webhook/callback.ts';
import { queueTarget } from './queue.ts';
import { isWanted, settle } from './settle.ts';
import { changeTarget } from './store.ts';
import { NOTHING_TAKEN, SMOOTH, type Target } from './target.ts';

export interface CallbackRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: Pick<ServerKeys, 'tokenKey'>;
  readonly settings: Pick<Settings, 'connectors'>;
  readonly wake: () => void;
}

const MOST_BYTES = 65_536;
type Answer = Extract<CallbackOutcome, { kind: 'answer' }>;

/** The target that a far system knows by this id, which stands in what was there before. */
async function targetKnownAs(tx: Tx, id: string): Promise<Target | undefined> {
  const query = tx
    .selectFrom('withdrawal_targets')
    .selectAll()
    .where('before', 'like', containing(`"id":"${id}"`))
    .limit(2);
  const [row] = await locking(tx, query).execute();
  return row;
}

const isShown = (readings: readonly Reading[]): boolean => readings.length > 0 && readings.every(({ holds }) => holds);

/** What an answer changes: nothing but what was read where it is of what is not wanted any more. */
function changedBy({ expected, proof, left }: Answer, wanted: boolean, now: number): Partial<Target> {
  const read = { proof: JSON.stringify(proof.readings) };
  if (!isShown(proof.readings) || wanted !== (expected === 'withdrawn')) return read;
  if (wanted) return { ...read, ...SMOOTH, taken_at: now, proven_at: now };
  const over = left === null || left.length === 0 ? {} : { left_over: JSON.stringify(left) };
  return { ...read, ...SMOOTH, ...NOTHING_TAKEN, ...over };
}

/** What a far system answers later, to the address that came with the request: signed, once, and never more than it was asked. */
export const callbackRoutes: FastifyPluginAsyncTypebox<CallbackRoutesDeps> = async (app, deps) => {
  const { db, clock, random, keys, settings, wake } = deps;
  app.removeAllContentTypeParsers();
  // As it was signed.
  app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  const params = Type.Object({ token: Type.String({ maxLength: 100 }) }, { additionalProperties: false });
  const schema = {
    tags: ['withdrawals'],
    summary: 'A system that was asked to withdraw or restore answers later (docs/connectors.md)',
    params,
    response: { 204: Type.Null() },
  };
  app.post('/api/v1/withdrawals/callbacks/:token', { config: { access: 'public' }, schema }, async (request, reply) => {
    const token = readCallbackToken(keys.tokenKey, request.params.token);
    const unknown = () => problem('not-found', 'There is nothing at this address for POST.');
    if (token === undefined) throw unknown();
    await inTransaction(db, async (tx) => {
      const target = await targetKnownAs(tx, token.id);
      const webhook = settings.connectors.webhooks.find(({ name }) => name === target?.connector);
      if (target === undefined || webhook === undefined) throw unknown();
      const now = clock.now();
      const secrets = await secretLines(webhook.secretFile);
      const used = target.answered_at !== null && token.issued <= target.answered_at;
      const body = typeof request.body === 'string' ? request.body : '';
      const outcome = callbackOutcome({ token, used, secrets, headers: request.headers, body, now });
      if (outcome.kind === 'refused')
        throw problem(outcome.why === 'signature' ? 'signature-refused' : 'conflict', outcome.detail);
      const columns = changedBy(outcome, await isWanted(tx, target), now);
      await settle(tx, await changeTarget(tx, target, { ...columns, answered_at: token.issued }), now);
      await queueTarget(tx, target, target.id, { now, random });
    });
    wake();
    return reply.status(204).send(null);
  });
};
