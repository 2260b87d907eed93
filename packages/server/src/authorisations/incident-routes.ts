import { POPULATIONS, iso, isoOrNull } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { IncidentAnswer } from './answer.ts';
import { declareIncident, endIncident, type IncidentRow, incidentOf, listIncidents } from './incidents.ts';
import type { AuthorisationRoutesDeps } from './routes.ts';
import { Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

const Declaration = Type.Object(
  {
    title: Text(200, 'what has happened, in a few words'),
    description: Text(4000, 'what has happened, and what is needed while it lasts'),
    populations: Type.Optional(
      Type.Array(Type.Enum([...POPULATIONS]), {
        minItems: 1,
        uniqueItems: true,
        description: `for whom: a list of ${POPULATIONS.join(', ')}; everybody where it is left out`,
      }),
    ),
  },
  closed,
);
const Ending = Type.Object({ reason: Text(2000, 'why it has ended') }, closed);
const Reference = Type.Object(
  { ref: Type.String({ pattern: '^IN-\\d{4}-\\d{6,}$', description: 'such as IN-2026-000001' }) },
  closed,
);
const Filters = Type.Object(
  { ...PageQuery, open: Type.Optional(Type.Boolean({ description: 'true for those that have not ended' })) },
  closed,
);

export const presentIncident = (row: IncidentRow) => ({
  ref: row.ref,
  title: row.title,
  description: row.description,
  populations: row.populations === null ? null : (JSON.parse(row.populations) as string[]),
  declaredAt: iso(row.declared_at),
  declaredBy: row.declared_by,
  declaredRole: row.declared_role,
  endedAt: isoOrNull(row.ended_at),
  endedBy: row.ended_by,
  endReason: row.end_reason,
});

const tags = ['incidents'];
const read = { access: 'authorisations:request' } as const;
const write = { access: 'incidents:declare' } as const;

type App = Parameters<FastifyPluginAsyncTypebox<AuthorisationRoutesDeps>>[0];

/** Declared incidents: who may declare one may end it, and with it what hangs on it. */
export const incidentRoutes: FastifyPluginAsyncTypebox<AuthorisationRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  acting(app, deps);
};

const one = async (db: AuthorisationRoutesDeps['db'], organisation: string, ref: string) =>
  presentIncident(await incidentOf(db, organisation, ref));

function reading(app: App, { db }: AuthorisationRoutesDeps): void {
  app.get(
    '/api/v1/incidents',
    {
      config: read,
      schema: {
        tags,
        summary: 'List incidents, newest first',
        querystring: Filters,
        response: { 200: pageOf(IncidentAnswer) },
      },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const before = readCursor(request.query.cursor, ['string'])?.[0];
      const { organisation } = callerOf(request);
      const rows = await listIncidents(db, organisation, { limit: limit + 1, before, open: request.query.open });
      return toPage(rows, limit, (row) => [row.id], presentIncident);
    },
  );
  app.get(
    '/api/v1/incidents/:ref',
    { config: read, schema: { tags, summary: 'Read one', params: Reference, response: { 200: IncidentAnswer } } },
    (request) => one(db, callerOf(request).organisation, request.params.ref),
  );
}

function acting(app: App, { db, clock, random, wake }: AuthorisationRoutesDeps): void {
  const actDeps = () => ({ db, now: clock.now(), random });
  app.post(
    '/api/v1/incidents',
    {
      config: write,
      schema: { tags, summary: 'Declare an incident', body: Declaration, response: { 201: IncidentAnswer } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { populations = null, ...declared } = request.body;
      const ref = await declareIncident(caller, { ...declared, populations }, actDeps());
      return reply.status(201).send(await one(db, caller.organisation, ref));
    },
  );
  app.post(
    '/api/v1/incidents/:ref/end',
    {
      config: write,
      schema: {
        tags,
        summary: 'End it, and every authorisation that hangs on it',
        params: Reference,
        body: Ending,
        response: { 200: IncidentAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await endIncident(caller, request.params.ref, request.body.reason, actDeps());
      wake();
      return one(db, caller.organisation, request.params.ref);
    },
  );
}
