import type { Clock, Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import type { Settings } from '../settings.ts';
import { closeRecord, reportRecord } from './act.ts';
import { listRecords, ownRecordOf, presentRecord, recordOf } from './read.ts';
import { Closure, HelpdeskAnswer, HelpdeskRef, HelpdeskReport, KINDS } from './schema.ts';

export interface HelpdeskDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

const Filters = Type.Object(
  {
    ...PageQuery,
    kind: Type.Optional(Type.Enum([...KINDS], { description: `one of ${KINDS.join(', ')}` })),
    open: Type.Optional(Type.Boolean({ description: 'true for those that are not closed' })),
  },
  { additionalProperties: false },
);

const tags = ['helpdesk'];
const url = '/api/v1/helpdesk-records';

type App = Parameters<FastifyPluginAsyncTypebox<HelpdeskDeps>>[0];

function reading(app: App, { db }: HelpdeskDeps): void {
  const config = { access: 'helpdesk:read' } as const;
  const list = { tags, summary: 'List faults and damage, newest first', querystring: Filters };
  app.get(url, { config, schema: { ...list, response: { 200: pageOf(HelpdeskAnswer) } } }, async (request) => {
    const limit = limitOf(request.query);
    const { cursor, kind, open } = request.query;
    const after = readCursor(cursor, ['string'])?.[0];
    const rows = await listRecords(db, callerOf(request), { kind, open }, { limit, after });
    return toPage(rows, limit, ({ id }) => [id], presentRecord);
  });
  const one = { tags, summary: 'Read one', params: HelpdeskRef, response: { 200: HelpdeskAnswer } };
  app.get(`${url}/:ref`, { config, schema: one }, async (request) =>
    presentRecord(await recordOf(db, callerOf(request), request.params.ref)),
  );
}

function acting(app: App, { db, clock, random, settings, wake }: HelpdeskDeps): void {
  const deps = () => ({ db, now: clock.now(), random, origin: settings.origin });
  const report = { tags, summary: 'Report a fault or damage', body: HelpdeskReport, response: { 201: HelpdeskAnswer } };
  app.post(url, { config: { access: 'helpdesk:report' }, schema: report }, async (request, reply) => {
    const caller = callerOf(request);
    const ref = await reportRecord(caller, request.body, deps());
    wake();
    return reply.status(201).send(presentRecord(await ownRecordOf(db, caller.organisation, actorOf(caller), ref)));
  });
  const closure = {
    tags,
    summary: 'Say that nothing more is to be done',
    params: HelpdeskRef,
    body: Closure,
    response: { 200: HelpdeskAnswer },
  };
  app.post(`${url}/:ref/closure`, { config: { access: 'helpdesk:write' }, schema: closure }, async (request) => {
    const caller = callerOf(request);
    await closeRecord(caller, request.params.ref, request.body.reason, deps());
    return presentRecord(await recordOf(db, caller, request.params.ref));
  });
}

/** Faults and damage (clauses 5.7 and 5.13): helpdesk records, and never breaches. */
export const helpdeskRoutes: FastifyPluginAsyncTypebox<HelpdeskDeps> = async (app, deps) => {
  reading(app, deps);
  acting(app, deps);
};
