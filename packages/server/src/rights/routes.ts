import type { Clock, Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordView } from '../audit/viewed.ts';
import type { Db } from '../db/database.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import type { Settings } from '../settings.ts';
import { acknowledgeRights, answerRights, askRights } from './act.ts';
import { listRights, ownRights, ownRightsOf, presentOwn, presentWhole, rightsOf } from './read.ts';
import { OwnRights, RightsAnswerGiven, RightsRef, RightsRequest, RightsWhole } from './schema.ts';

export interface RightsRouteDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

const tags = ['data rights'];
const own = '/api/v1/my-rights-requests';
const all = '/api/v1/rights-requests';
const closed = { additionalProperties: false } as const;
const Filters = Type.Object(
  { ...PageQuery, open: Type.Optional(Type.Boolean({ description: 'true for those that are not answered' })) },
  closed,
);

type App = Parameters<FastifyPluginAsyncTypebox<RightsRouteDeps>>[0];

function asking(app: App, { db, clock, random, settings, wake }: RightsRouteDeps): void {
  const config = { access: 'rights:ask' } as const;
  const ask = {
    tags,
    summary: 'Complain, object or ask for a correction',
    body: RightsRequest,
    response: { 201: OwnRights },
  };
  app.post(own, { config, schema: ask }, async (request, reply) => {
    const caller = callerOf(request);
    const deps = { db, now: clock.now(), random, origin: settings.origin };
    const ref = await askRights(caller, request.body, deps);
    wake();
    return reply.status(201).send(presentOwn(await ownRightsOf(db, caller.organisation, actorOf(caller), ref)));
  });
  const list = { tags, summary: 'List one’s own, newest first', querystring: Type.Object(PageQuery, closed) };
  app.get(own, { config, schema: { ...list, response: { 200: pageOf(OwnRights) } } }, async (request) => {
    const caller = callerOf(request);
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['string'])?.[0];
    const rows = await ownRights(db, caller.organisation, actorOf(caller), { limit, after });
    return toPage(rows, limit, ({ id }) => [id], presentOwn);
  });
  const one = { tags, summary: 'Read one of one’s own', params: RightsRef, response: { 200: OwnRights } };
  app.get(`${own}/:ref`, { config, schema: one }, async (request) => {
    const caller = callerOf(request);
    return presentOwn(await ownRightsOf(db, caller.organisation, actorOf(caller), request.params.ref));
  });
}

function answering(app: App, { db, clock, random, settings, wake }: RightsRouteDeps): void {
  const config = { access: 'rights:answer' } as const;
  const deps = () => ({ db, now: clock.now(), random, origin: settings.origin });
  const list = { tags, summary: 'List complaints, objections and corrections', querystring: Filters };
  app.get(all, { config, schema: { ...list, response: { 200: pageOf(RightsWhole) } } }, async (request) => {
    const limit = limitOf(request.query);
    const { cursor, open } = request.query;
    const after = readCursor(cursor, ['string'])?.[0];
    const rows = await listRights(db, callerOf(request).organisation, { open }, { limit, after });
    return toPage(rows, limit, ({ id }) => [id], presentWhole);
  });
  const whole = { tags, params: RightsRef, response: { 200: RightsWhole } };
  app.get(`${all}/:ref`, { config, schema: { ...whole, summary: 'Read one' } }, async (request) => {
    const caller = callerOf(request);
    const row = await rightsOf(db, caller.organisation, request.params.ref);
    await recordView({ db, clock }, caller, 'rights-viewed', `rights:${row.ref}`);
    return presentWhole(row);
  });
  const acknowledgement = { ...whole, summary: 'Acknowledge one' };
  app.post(`${all}/:ref/acknowledgement`, { config, schema: acknowledgement }, async (request) => {
    const caller = callerOf(request);
    await acknowledgeRights(caller, request.params.ref, deps());
    wake();
    return presentWhole(await rightsOf(db, caller.organisation, request.params.ref));
  });
  const answer = { ...whole, summary: 'Answer one', body: RightsAnswerGiven };
  app.post(`${all}/:ref/answer`, { config, schema: answer }, async (request) => {
    const caller = callerOf(request);
    await answerRights(caller, request.params.ref, request.body, deps());
    wake();
    return presentWhole(await rightsOf(db, caller.organisation, request.params.ref));
  });
}

/** A worker's rights over what is recorded of them: complaints, objections and corrections, and their answers. */
export const rightsRoutes: FastifyPluginAsyncTypebox<RightsRouteDeps> = async (app, deps) => {
  asking(app, deps);
  answering(app, deps);
};
