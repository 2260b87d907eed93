import { IsoTime } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { AuthorisationAnswer, AuthorisationWhole } from './answer.ts';
import { daysInYearOf } from './asked.ts';
import { historyOf, present } from './present.ts';
import { authorisationOf, listAuthorisations } from './read.ts';
import type { AuthorisationRoutesDeps } from './routes.ts';
import { Reference, STATUSES } from './schema.ts';
import { subjectOf } from './store.ts';
import { resolve } from './subjects.ts';

const text = (maximum: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: maximum, description }));

const Filters = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(Type.Enum([...STATUSES], { description: `one of ${STATUSES.join(', ')}` })),
    kind: text(80, 'a kind'),
    device: text(120, 'an asset tag: those that concern this device'),
    person: text(200, 'a name in the register: those that concern this person or a device that they hold'),
    incident: text(40, 'the reference of an incident'),
    endsBefore: Type.Optional(IsoTime),
    paper: Type.Optional(
      Type.Enum(['owed', 'overdue'], {
        description: 'owed: ended, and nobody has said what became of the paper; overdue: they ought to have by now',
      }),
    ),
  },
  { additionalProperties: false },
);

const config = { access: 'authorisations:request' } as const;
const tags = ['authorisations'];

type Deps = Pick<AuthorisationRoutesDeps, 'db' | 'clock'>;
type App = Parameters<FastifyPluginAsyncTypebox<Deps>>[0];

/** `GET /api/v1/authorisations` and `GET /api/v1/authorisations/{ref}`: everybody's, or a caller's own. */
export const authorisationReadRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  listing(app, deps);
  reading(app, deps);
};

function listing(app: App, { db, clock }: Deps): void {
  app.get(
    '/api/v1/authorisations',
    {
      config,
      schema: {
        tags,
        summary: 'List authorisations, newest first; who may not read everybody’s is given their own',
        querystring: Filters,
        response: { 200: pageOf(AuthorisationAnswer) },
      },
    },
    async (request) => {
      const { cursor, limit: _, endsBefore, ...filter } = request.query;
      const [limit, now] = [limitOf(request.query), clock.now()];
      const before = readCursor(cursor, ['string'])?.[0];
      const whole = { ...filter, endsBefore: endsBefore === undefined ? undefined : Date.parse(endsBefore) };
      const rows = await listAuthorisations(db, callerOf(request), whole, { limit, before, now });
      return toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => present(row, now),
      );
    },
  );
}

function reading(app: App, { db, clock }: Deps): void {
  app.get(
    '/api/v1/authorisations/:ref',
    {
      config,
      schema: { tags, summary: 'Read one, with its history', params: Reference, response: { 200: AuthorisationWhole } },
    },
    async (request) => {
      const row = await authorisationOf(db, callerOf(request), request.params.ref);
      const { devices } = await resolve(db, row.organisation, subjectOf(row));
      const daysInYear = await daysInYearOf(db, row, clock.now());
      return { ...present(row, clock.now()), daysInYear, devices: [...devices], history: await historyOf(db, row) };
    },
  );
}
