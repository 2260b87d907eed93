import { typedKey } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { addMembers, emptyGroup, ensureGroups, listGroups } from '../people/groups.ts';
import { readPeople } from '../people/store.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { inParts } from './register.ts';
import { noteChanged } from './versions.ts';

const closed = { additionalProperties: false } as const;
const GroupAnswer = Type.Object({
  name: Type.String(),
  source: Type.String({ description: 'csv or directory: which import keeps it' }),
  members: Type.Integer({ minimum: 0 }),
});
/** A semicolon stands between groups in files. */
const Name = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^;\\u0000-\\u001f\\u007f]+$',
  description: 'the name of a group, without semicolons',
});
const Members = Type.Object(
  {
    members: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 20_000,
      description: 'the accounts of everybody in the group',
    }),
  },
  closed,
);
const path = '/api/v1/groups';
const tags = ['people'];

interface Given {
  readonly organisation: string;
  readonly name: string;
  readonly accounts: readonly string[];
  readonly at: number;
  readonly by: string;
}

/** Puts these people, and nobody else, into the group; gives how many they are. */
async function setMembers(tx: Tx, { organisation, name, accounts, at, by }: Given): Promise<number> {
  await lockOrganisation(tx, organisation);
  const people = new Map((await readPeople(tx, organisation)).map(({ account, id }) => [account, id]));
  const unknown = accounts.find((account) => !people.has(account));
  if (unknown !== undefined) {
    const field = { field: 'body.members', expected: `accounts of people in the register, not ${unknown}` };
    throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
  }
  await ensureGroups(tx, { organisation, names: [name], source: 'csv', at });
  await emptyGroup(tx, organisation, name);
  const members = accounts.map((account) => ({ person: people.get(account) ?? '', group: name }));
  for (const part of inParts(members)) await addMembers(tx, organisation, part);
  await noteChanged(tx, 'people', { organisation, at });
  const act = { organisation, at, actor: by, action: 'group-changed', target: `group:${name}` };
  await recordAct(tx, { ...act, detail: { members: accounts.length } });
  return accounts.length;
}

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

function setting(app: App, { db, clock }: RegisterRoutesDeps): void {
  const params = Type.Object({ name: Name }, closed);
  app.put(
    `${path}/:name`,
    {
      config: { access: 'people:write' },
      bodyLimit: 2 * 1024 * 1024,
      schema: {
        tags,
        summary: 'Say who is in a group, making it where there is none',
        params,
        body: Members,
        response: { 200: GroupAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const { name } = request.params;
      const at = clock.now();
      const accounts = [...new Set(request.body.members.map(typedKey))];
      const count = await inTransaction(db, (tx) =>
        setMembers(tx, { organisation, name, accounts, at, by: actorOf(caller) }),
      );
      return { name, source: 'csv', members: count };
    },
  );
}

/** Groups of people: lists come with the people's own imports; here one is read and set. */
export const groupRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  setting(app, deps);
};
