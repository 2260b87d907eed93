import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { recordView } from '../audit/viewed.ts';
import { VersionQuery, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { seesField } from '../people/fields.ts';
import { groupsOf, listPeople } from '../people/store.ts';
import { changeRow, rowOfBody, takeOut } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { people } from './people.ts';
import {
  Account,
  PersonAnswer,
  personFields,
  Population,
  presentPerson,
  WholePersonAnswer,
  wholePerson,
} from './person-answer.ts';

const closed = { additionalProperties: false } as const;
const { name, population, ...others } = personFields;
const Change = Type.Object(
  {
    ...Type.Partial(Type.Object(personFields)).properties,
    gone: Type.Optional(Type.Literal(false, { description: 'false: somebody who was gone is back' })),
    ...WithVersion,
  },
  closed,
);
const NewPerson = Type.Object(
  { account: Account, name, population, ...Type.Partial(Type.Object(others)).properties },
  closed,
);

const path = '/api/v1/people';
const tags = ['people'];
type App = Parameters<FastifyPluginAsyncTypebox<RegisterRoutesDeps>>[0];

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
  const schema = { tags, summary: 'List the people by account', querystring: Query };
  app.get(
    path,
    { config: { access: 'people:read' }, schema: { ...schema, response: { 200: pageOf(PersonAnswer) } } },
    async (request) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listPeople(
        db,
        organisation,
        { ...request.query, byEmail: seesField(caller, 'person.email') },
        { limit, after },
      );
      const ids = rows.map(({ id }) => id);
      const groups = await groupsOf(db, organisation, ids);
      return toPage(
        rows,
        limit,
        ({ account }) => [account],
        (person) => presentPerson(person, groups.get(person.id) ?? []),
      );
    },
  );
}

const params = Type.Object({ account: Account }, closed);
const WRITE = { access: 'people:write' } as const;

function reading(app: App, deps: RegisterRoutesDeps): void {
  app.get(
    `${path}/:account`,
    {
      config: { access: 'people:read' },
      schema: { tags, summary: 'Read one person, which is on record', params, response: { 200: WholePersonAnswer } },
    },
    async (request) => {
      const caller = callerOf(request);
      const person = await wholePerson(deps.db, caller.organisation, request.params.account);
      await recordView(deps, caller, 'person-viewed', `person:${person.account}`);
      return person;
    },
  );
}

function entering(app: App, deps: RegisterRoutesDeps): void {
  app.post(
    path,
    {
      config: WRITE,
      schema: { tags, summary: 'Enter a person by hand', body: NewPerson, response: { 201: WholePersonAnswer } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const row = rowOfBody(people, request.body);
      await changeRow(deps, caller, { register: people, row, mode: 'make', noun: 'person' });
      return reply.status(201).send(await wholePerson(deps.db, caller.organisation, people.keyOf(row)));
    },
  );
}

function changing(app: App, deps: RegisterRoutesDeps): void {
  app.patch(
    `${path}/:account`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Change what is said of a person',
        params,
        body: Change,
        response: { 200: WholePersonAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { version, gone, ...given } = request.body;
      const back = gone === false ? { gone: 'no' } : {};
      const row = { ...rowOfBody(people, { account: request.params.account, ...given }), ...back };
      const changed = await changeRow(deps, caller, { register: people, row, mode: 'change', version, noun: 'person' });
      if (!changed) throw problem('person-unknown', 'Nobody has this account.');
      return wholePerson(deps.db, caller.organisation, request.params.account);
    },
  );
}

function leaving(app: App, deps: RegisterRoutesDeps): void {
  app.delete(
    `${path}/:account`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Mark a person as gone: their record stays, as breaches and approvals name them',
        params,
        querystring: VersionQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const key = request.params.account.toLowerCase();
      const { version } = request.query;
      const out = { register: people, key, version, action: 'person-gone', noun: 'person' };
      if (!(await takeOut(deps, callerOf(request), out))) throw problem('person-unknown', 'Nobody has this account.');
      return reply.status(204).send(null);
    },
  );
}

/** Who is who at the council: what imports said, and what a person enters and corrects. */
export const peopleRegisterRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  reading(app, deps);
  entering(app, deps);
  changing(app, deps);
  leaving(app, deps);
};
