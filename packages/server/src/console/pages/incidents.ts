import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { presentIncident } from '../../authorisations/incident-routes.ts';
import { declareIncident, endIncident, incidentOf, listIncidents } from '../../authorisations/incidents.ts';
import { present } from '../../authorisations/present.ts';
import { listAuthorisations } from '../../authorisations/read.ts';
import { may } from '../../people/permissions.ts';
import { linkTo, showPage } from '../console.ts';
import { refusalWords } from './act-words.ts';
import type { ActPageDeps } from './authorisation.ts';

const Field = Type.Optional(Type.String({ maxLength: 20_000 }));
const Declaration = Type.Object({ title: Field, description: Field }, { additionalProperties: false });
const Ending = Type.Object({ reason: Field }, { additionalProperties: false });
const Reference = Type.Object(
  { ref: Type.String({ pattern: '^IN-\\d{4}-\\d{6,}$' }) },
  { additionalProperties: false },
);

const MOST_SHOWN = 100;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface Said {
  readonly errors?: readonly { readonly field: string; readonly text: string }[];
  readonly given?: Readonly<Record<string, string | undefined>>;
}

const canDeclare = (request: FastifyRequest): boolean => may(callerOf(request).role, 'incidents:declare');

async function showList(deps: ActPageDeps, exchange: Exchange, { errors = [], given = {} }: Said = {}) {
  const rows = await listIncidents(deps.db, callerOf(exchange.request).organisation, { limit: MOST_SHOWN });
  const model = { incidents: rows.map(presentIncident), canDeclare: canDeclare(exchange.request), errors, given };
  return showPage(deps, exchange, 'incidents', model, { section: 'incidents', status: errors.length > 0 ? 400 : 200 });
}

async function showOne(deps: ActPageDeps, exchange: Exchange, ref: string, { errors = [], given = {} }: Said = {}) {
  const [caller, now] = [callerOf(exchange.request), deps.clock.now()];
  const incident = presentIncident(await incidentOf(deps.db, caller.organisation, ref));
  const rows = await listAuthorisations(deps.db, caller, { incident: ref }, { limit: MOST_SHOWN, now });
  const model = {
    incident,
    authorisations: rows.slice(0, MOST_SHOWN).map((row) => present(row, now)),
    canEnd: canDeclare(exchange.request) && incident.endedAt === null,
    errors,
    given,
  };
  return showPage(deps, exchange, 'incident', model, { section: 'incidents', status: errors.length > 0 ? 400 : 200 });
}

type App = Parameters<FastifyPluginAsyncTypebox<ActPageDeps>>[0];
const read = { access: 'authorisations:request' } as const;
const write = { access: 'incidents:declare' } as const;
const actDepsOf = ({ db, clock, random }: ActPageDeps) => ({ db, now: clock.now(), random });

/** Declared incidents: what holds only while one lasts ends with it. */
export const incidentsPage: FastifyPluginAsyncTypebox<ActPageDeps> = async (app, deps) => {
  app.get('/incidents', { schema: { hide: true }, config: read }, (request, reply) =>
    showList(deps, { request, reply }),
  );
  app.get('/incidents/:ref', { schema: { hide: true, params: Reference }, config: read }, (request, reply) =>
    showOne(deps, { request, reply }, request.params.ref),
  );
  declaring(app, deps);
  ending(app, deps);
};

function declarationErrors(title: string, description: string) {
  return [
    ...(title === '' || title.length > 200
      ? [{ field: 'title', text: 'Enter what has happened, in up to 200 characters' }]
      : []),
    ...(description === '' || description.length > 4000
      ? [{ field: 'description', text: 'Enter what is needed while it lasts, in up to 4,000 characters' }]
      : []),
  ];
}

function declaring(app: App, deps: ActPageDeps): void {
  app.post('/incidents', { schema: { hide: true, body: Declaration }, config: write }, async (request, reply) => {
    const [title, description] = [request.body.title?.trim() ?? '', request.body.description?.trim() ?? ''];
    const errors = declarationErrors(title, description);
    if (errors.length > 0) return showList(deps, { request, reply }, { errors, given: request.body });
    const ref = await declareIncident(callerOf(request), { title, description, populations: null }, actDepsOf(deps));
    return reply.redirect(linkTo(`/incidents/${ref}`, {}), 303);
  });
}

function ending(app: App, deps: ActPageDeps): void {
  app.post(
    '/incidents/:ref/end',
    { schema: { hide: true, params: Reference, body: Ending }, config: write },
    async (request, reply) => {
      const { ref } = request.params;
      const reason = (request.body.reason ?? '').trim().slice(0, 2000);
      const failed = (text: string) =>
        showOne(deps, { request, reply }, ref, { errors: [{ field: 'reason', text }], given: request.body });
      if (reason === '') return failed('Enter why it has ended');
      try {
        await endIncident(callerOf(request), ref, reason, actDepsOf(deps));
      } catch (error) {
        return failed(refusalWords(error));
      }
      deps.wake();
      return reply.redirect(`/incidents/${ref}`, 303);
    },
  );
}
