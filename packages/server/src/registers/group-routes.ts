import { typedKey } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { VersionQuery, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { listGroups } from '../people/groups.ts';
import { changeGroup, dropGroup, readGroup } from './group-change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';

const closed = { additionalProperties: false } as const;
const GroupAnswer = Type.Object({
  name: Type.String(),
  source: Type.String({ description: 'csv or directory: which import keeps it; hand: a person made it' }),
  members: Type.Integer({ minimum: 0 }),
});
const OneGroup = Type.Object({
  ...GroupAnswer.properties,
  version: Type.String({ description: 'of the group and who is in it; send it along with a change' }),
});
/** A semicolon stands between groups in files. */
const Name = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^;\\u0000-\\u001f\\u007f]+$',
  description: 'the name of a group, without semicolons',
});
const Accounts = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20_000, description });
const Everybody = Accounts('the accounts of everybody in the group');
const Members = Type.Object({ members: Everybody, ...WithVersion }, closed);
const NewGroup = Type.Object({ name: Name, members: Type.Optional(Everybody) }, closed);
const Change = Type.Object(
  {
    add: Type.Optional(Accounts('the accounts of people to put into the group')),
    remove: Type.Optional(Accounts('the accounts of people to take out of it')),
    ...WithVersion,
  },
  closed,
);
const path = '/api/v1/groups';
const tags = ['people'];

type App = Parameters<FastifyPluginAsyncTypebox<RegisterRoutesDeps>>[0];

function listing(app: App, { db }: RegisterRoutesDeps): void {
  const querystring = Type.Object(PageQuery, closed);
  app.get(
    path,
    {
      config: { access: 'people:read' },
      schema: { tags, summary: 'List the groups by name', querystring, response: { 200: pageOf(GroupAnswer) } },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listGroups(db, callerOf(request).organisation, { limit, after });
      return toPage(
        rows,
        limit,
        ({ name }) => [name],
        (group) => ({ ...group }),
      );
    },
  );
}

const params = Type.Object({ name: Name }, closed);
const WRITE = { access: 'people:write' } as const;
const bodyLimit = 2 * 1024 * 1024;

async function answer({ db }: RegisterRoutesDeps, organisation: string, name: string) {
  const group = await readGroup(db, organisation, name);
  if (group === undefined) throw problem('not-found', 'There is no such group.');
  return { name, source: group.source, members: group.accounts.length, version: group.version };
}

function reading(app: App, deps: RegisterRoutesDeps): void {
  const summary = 'Read one group; who is in it is at /api/v1/people?group=';
  app.get(
    `${path}/:name`,
    { config: { access: 'people:read' }, schema: { tags, summary, params, response: { 200: OneGroup } } },
    async (request) => answer(deps, callerOf(request).organisation, request.params.name),
  );
}

function making(app: App, deps: RegisterRoutesDeps): void {
  app.post(
    path,
    {
      config: WRITE,
      bodyLimit,
      schema: { tags, summary: 'Make a group by hand', body: NewGroup, response: { 201: OneGroup } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { name, members = [] } = request.body;
      await changeGroup(deps, caller, { name, mode: 'make', become: () => members.map(typedKey) });
      return reply.status(201).send(await answer(deps, caller.organisation, name));
    },
  );
}

function setting(app: App, deps: RegisterRoutesDeps): void {
  const summary = 'Say who is in a group, making it where there is none';
  app.put(
    `${path}/:name`,
    {
      config: WRITE,
      bodyLimit,
      schema: { tags, summary, params, body: Members, response: { 200: OneGroup } },
    },
    async (request) => {
      const caller = callerOf(request);
      const { name } = request.params;
      const { members, version } = request.body;
      await changeGroup(deps, caller, { name, mode: 'either', version, become: () => members.map(typedKey) });
      return answer(deps, caller.organisation, name);
    },
  );
}

function changing(app: App, deps: RegisterRoutesDeps): void {
  app.patch(
    `${path}/:name`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Put people into a group, and take others out',
        params,
        body: Change,
        response: { 200: OneGroup },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { name } = request.params;
      const { add = [], remove = [], version } = request.body;
      const out = new Set(remove.map(typedKey));
      const become = (accounts: readonly string[]) => [
        ...accounts.filter((account) => !out.has(account)),
        ...add.map(typedKey),
      ];
      await changeGroup(deps, caller, { name, mode: 'change', version, become });
      return answer(deps, caller.organisation, name);
    },
  );
}

function removing(app: App, deps: RegisterRoutesDeps): void {
  app.delete(
    `${path}/:name`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Remove a group that the directory does not keep',
        params,
        querystring: VersionQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await dropGroup(deps, callerOf(request), { ...request.params, ...request.query });
      return reply.status(204).send(null);
    },
  );
}

/** Groups of people: lists come with the people's own imports; here one is read, made, changed and removed. */
export const groupRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  reading(app, deps);
  making(app, deps);
  setting(app, deps);
  changing(app, deps);
  removing(app, deps);
};
