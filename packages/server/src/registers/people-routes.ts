import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, POPULATIONS } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { groupsOf, listPeople, type Person, personByAccount } from '../people/store.ts';
import { changeRow, rowOfBody } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { people } from './people.ts';

const closed = { additionalProperties: false } as const;
const orNull = (most: number) => Type.Union([Type.String({ maxLength: most }), Type.Null()]);
const Population = Type.Enum([...POPULATIONS], { description: `one of ${POPULATIONS.join(', ')}` });
const Account = Type.String({ minLength: 1, maxLength: 64, description: 'an account such as sam.rivers' });
const Groups = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
  maxItems: 100,
  description: 'a list of groups',
});

const days = {
  startsOn: orNull(10),
  endsOn: orNull(10),
  /** Away, without a reason; with no end until further notice. */
  absentFrom: orNull(10),
  absentUntil: orNull(10),
};

const PersonAnswer = Type.Object({
  account: Type.String(),
  name: Type.String(),
  email: orNull(320),
  population: Type.String(),
  lineManager: orNull(64),
  ...days,
  groups: Type.Array(Type.String()),
  source: Type.String({ description: 'csv or directory: which import has them' }),
  accountDisabled: Type.Boolean(),
  goneAt: orNull(30),
});

const Body = Type.Partial(
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 200, description: 'a name' }),
    email: orNull(320),
    population: Population,
    lineManager: orNull(64),
    ...days,
    groups: Groups,
  }),
  closed,
);

const present = (person: Person, groups: readonly string[]): Static<typeof PersonAnswer> => ({
  account: person.account,
  name: person.name,
  email: person.email,
  population: person.population,
  lineManager: person.line_manager,
  startsOn: person.starts_on,
  endsOn: person.ends_on,
  absentFrom: person.absent_from,
  absentUntil: person.absent_until,
  groups: [...groups],
  source: person.source,
  accountDisabled: person.disabled === 1,
  goneAt: person.gone_at === null ? null : iso(person.gone_at),
});

const path = '/api/v1/people';
const tags = ['people'];
type App = Parameters<FastifyPluginAsyncTypebox<RegisterRoutesDeps>>[0];

async function answer({ db }: RegisterRoutesDeps, organisation: string, account: string) {
  const person = await personByAccount(db, organisation, account);
  if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
  const groups = await groupsOf(db, organisation, [person.id]);
  return present(person, groups.get(person.id) ?? []);
}

const Query = Type.Object(
  {
    ...PageQuery,
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'part of a name, account or address' })),
    population: Type.Optional(Population),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'a group' })),
    gone: Type.Optional(Type.Boolean({ description: 'true: those whom their import had no longer, too' })),
  },
  closed,
);

function listing(app: App, { db }: RegisterRoutesDeps): void {
  app.get(
    path,
    {
      config: { access: 'people:read' },
      schema: {
        tags,
        summary: 'List the people by account',
        querystring: Query,
        response: { 200: pageOf(PersonAnswer) },
      },
    },
    async (request) => {
      const { organisation } = callerOf(request);
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listPeople(db, organisation, request.query, { limit, after });
      const groups = await groupsOf(
        db,
        organisation,
        rows.map(({ id }) => id),
      );
      return toPage(
        rows,
        limit,
        ({ account }) => [account],
        (person) => present(person, groups.get(person.id) ?? []),
      );
    },
  );
}

/** Who is who at the council: what imports said, and what a person corrects. */
export const peopleRegisterRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  const params = Type.Object({ account: Account }, closed);
  listing(app, deps);
  app.get(
    `${path}/:account`,
    {
      config: { access: 'people:read' },
      schema: { tags, summary: 'Read one person', params, response: { 200: PersonAnswer } },
    },
    async (request) => answer(deps, callerOf(request).organisation, request.params.account),
  );
  app.patch(
    `${path}/:account`,
    {
      config: { access: 'people:write' },
      schema: { tags, summary: 'Change what is said of a person', params, body: Body, response: { 200: PersonAnswer } },
    },
    async (request) => {
      const caller = callerOf(request);
      const row = rowOfBody(people, { account: request.params.account, ...request.body });
      const changed = await changeRow(deps, caller, { register: people, row, make: false, noun: 'person' });
      if (!changed) throw problem('person-unknown', 'Nobody has this account.');
      return answer(deps, caller.organisation, request.params.account);
    },
  );
};
