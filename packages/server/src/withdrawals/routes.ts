import type { Clock, Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import type { Settings } from '../settings.ts';
import { type Connector, FACILITIES } from './connector.ts';
import { decideWithdrawal } from './decide.ts';
import { InForce, listInForce, presentInForce } from './in-force.ts';
import { orderWithdrawal } from './order.ts';
import { presentStep, presentWithdrawal } from './present.ts';
import { previewWithdrawal } from './preview.ts';
import { listWithdrawals, readSteps, readWithdrawal } from './read.ts';
import { restoreWithdrawal } from './restore.ts';
import { sayDoneByHand } from './said-by-hand.ts';
import * as schema from './schema.ts';

export interface WithdrawalRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly connectors: readonly Connector[];
  readonly wake: () => void;
}

const tags = ['withdrawals'];
const url = '/api/v1/withdrawals';
const one = { params: schema.WithdrawalRef, response: { 200: schema.WithdrawalInFull } };
const Filters = Type.Object(
  {
    ...PageQuery,
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'an account' })),
    facility: Type.Optional(Type.Enum([...FACILITIES], { description: `one of ${FACILITIES.join(', ')}` })),
    open: Type.Optional(Type.Boolean({ description: 'true for those that have not ended' })),
  },
  { additionalProperties: false },
);

type App = Parameters<FastifyPluginAsyncTypebox<WithdrawalRoutesDeps>>[0];

async function inFull({ db, connectors }: WithdrawalRoutesDeps, request: FastifyRequest, ref: string) {
  const row = await readWithdrawal(db, callerOf(request), ref);
  const steps = await readSteps(db, row);
  return { ...presentWithdrawal(row), steps: steps.map((step) => presentStep(row, step, connectors)) };
}

const actDeps = ({ db, clock, random, connectors, settings }: WithdrawalRoutesDeps) => ({
  db,
  now: clock.now(),
  random,
  connectors,
  origin: settings.origin,
});

function reading(app: App, deps: WithdrawalRoutesDeps): void {
  const config = { access: 'withdrawals:read' } as const;
  const list = { tags, summary: 'List withdrawals, newest first', querystring: Filters };
  const paged = { 200: pageOf(schema.WithdrawalAnswer) };
  app.get(url, { config, schema: { ...list, response: paged } }, async (request) => {
    const limit = limitOf(request.query);
    const { cursor, subject, facility, open } = request.query;
    const after = readCursor(cursor, ['string'])?.[0];
    const rows = await listWithdrawals(deps.db, callerOf(request), { subject, facility, open }, { limit, after });
    return toPage(rows, limit, ({ id }) => [id], presentWithdrawal);
  });
  const now = {
    tags,
    summary: 'Who has what withdrawn now, since when, until when and by whom',
    querystring: Type.Object({ ...PageQuery }, { additionalProperties: false }),
    response: { 200: pageOf(InForce) },
  };
  app.get(`${url}/in-force`, { config, schema: now }, async (request) => {
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['string', 'string']);
    const rows = await listInForce(deps.db, callerOf(request).organisation, { limit, after });
    return toPage(rows, limit, ({ account, id }) => [account, id], presentInForce);
  });
  app.get(`${url}/:ref`, { config, schema: { tags, summary: 'Read one with every step', ...one } }, (request) =>
    inFull(deps, request, request.params.ref),
  );
}

function ordering(app: App, deps: WithdrawalRoutesDeps): void {
  const config = { access: 'withdrawals:order' } as const;
  const preview = {
    tags,
    summary: 'What a withdrawal would change, read from each system; changes nothing',
    body: schema.PreviewAsked,
    response: { 200: schema.PreviewAnswer },
  };
  app.post(`${url}/preview`, { config, schema: preview }, (request) =>
    previewWithdrawal(callerOf(request), request.body, deps),
  );
  const order = {
    tags,
    summary: 'Order a withdrawal; one that is permanent or for a group waits for a second person',
    body: schema.Order,
    response: { 201: schema.WithdrawalInFull },
  };
  app.post(url, { config, schema: order }, async (request, reply) => {
    const ref = await orderWithdrawal(callerOf(request), request.body, actDeps(deps));
    deps.wake();
    return reply.status(201).send(await inFull(deps, request, ref));
  });
}

function deciding(app: App, deps: WithdrawalRoutesDeps): void {
  const config = { access: 'withdrawals:decide' } as const;
  for (const [path, outcome] of [
    ['approval', 'approved'],
    ['refusal', 'refused'],
  ] as const) {
    const summary = `The second person has ${outcome} it`;
    app.post(
      `${url}/:ref/${path}`,
      { config, schema: { tags, summary, body: schema.Decision, ...one } },
      async (request) => {
        const { ref } = request.params;
        await decideWithdrawal(callerOf(request), ref, { outcome, reason: request.body.reason }, actDeps(deps));
        deps.wake();
        return inFull(deps, request, ref);
      },
    );
  }
}

function ending(app: App, deps: WithdrawalRoutesDeps): void {
  const config = { access: 'withdrawals:order' } as const;
  const summary = 'Give everything back, exactly as it was';
  app.post(
    `${url}/:ref/restoration`,
    { config, schema: { tags, summary, body: schema.Decision, ...one } },
    async (request) => {
      const { ref } = request.params;
      await restoreWithdrawal(callerOf(request), ref, request.body.reason, actDeps(deps));
      deps.wake();
      return inFull(deps, request, ref);
    },
  );
  const byHand = { tags, summary: 'Say that a person has done a step that waits for one', ...one };
  app.post(
    `${url}/:ref/steps/:step/by-hand`,
    { config, schema: { ...byHand, params: schema.StepRef, body: schema.Decision } },
    async (request) => {
      const { ref, step } = request.params;
      await sayDoneByHand(callerOf(request), { ref, step, how: request.body.reason }, actDeps(deps));
      deps.wake();
      return inFull(deps, request, ref);
    },
  );
}

/** Access that is withdrawn and given back (clause 4.6). */
export const withdrawalRoutes: FastifyPluginAsyncTypebox<WithdrawalRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  ordering(app, deps);
  deciding(app, deps);
  ending(app, deps);
};
