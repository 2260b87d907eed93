import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ROLES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { VersionQuery, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { changeRoleDays, giveRole, type RoleChangeDeps, roleVersion, takeRoleBack } from './role-change.ts';
import { listRoleHolders, type RoleHolder, roleHolderOf, STANDINGS } from './roles.ts';

const closed = { additionalProperties: false } as const;
const Role = Type.Enum([...ROLES], { description: `a role, one of ${ROLES.join(', ')}` });
const Standing = Type.Enum([...STANDINGS], { description: 'holder or deputy' });
const Day = Type.Union([Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' }), Type.Null()], {
  description: 'a day such as 2026-11-01, or null',
});
const days = { from: Type.Optional(Day), until: Type.Optional(Day) };
const RoleAnswer = Type.Object({
  id: Type.String(),
  role: Type.String(),
  account: Type.String(),
  name: Type.String(),
  standing: Type.String(),
  from: Type.Union([Type.String(), Type.Null()]),
  until: Type.Union([Type.String(), Type.Null()]),
  version: Type.String({ description: 'of this entry; send it along with a change' }),
});
const Body = Type.Object(
  {
    role: Role,
    account: Type.String({ minLength: 1, maxLength: 64, description: 'an account' }),
    standing: Standing,
    ...days,
  },
  closed,
);

const present = (holder: RoleHolder): Static<typeof RoleAnswer> => ({
  id: holder.id,
  role: holder.role,
  account: holder.account,
  name: holder.name,
  standing: holder.standing,
  from: holder.starts_on,
  until: holder.ends_on,
  version: roleVersion(holder),
});

const path = '/api/v1/roles';
const tags = ['people'];
type App = Parameters<FastifyPluginAsyncTypebox<RoleChangeDeps>>[0];

async function answer(db: Db, organisation: string, id: string) {
  const holder = await roleHolderOf(db, organisation, id);
  if (holder === undefined) throw problem('not-found', 'Nobody was given a role under this id.');
  return present(holder);
}

function giving(app: App, deps: RoleChangeDeps): void {
  app.post(
    path,
    {
      config: { access: 'roles:write' },
      schema: { tags, summary: 'Say who has a role, or who deputises', body: Body, response: { 201: RoleAnswer } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { from = null, until = null, ...given } = request.body;
      const id = await giveRole(deps, caller, { ...given, from, until });
      return reply.status(201).send(await answer(deps.db, caller.organisation, id));
    },
  );
}

function listing(app: App, { db }: RoleChangeDeps): void {
  const querystring = Type.Object({ ...PageQuery, role: Type.Optional(Role) }, closed);
  app.get(
    path,
    {
      config: { access: 'people:read' },
      schema: { tags, summary: 'List who has which role', querystring, response: { 200: pageOf(RoleAnswer) } },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listRoleHolders(db, callerOf(request).organisation, request.query, { limit, after });
      return toPage(rows, limit, ({ id }) => [id], present);
    },
  );
}

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);
const WRITE = { access: 'roles:write' } as const;

function reading(app: App, { db }: RoleChangeDeps): void {
  app.get(
    `${path}/:id`,
    {
      config: { access: 'people:read' },
      schema: { tags, summary: 'Read who was given a role, and for when', params, response: { 200: RoleAnswer } },
    },
    async (request) => answer(db, callerOf(request).organisation, request.params.id),
  );
}

function changing(app: App, deps: RoleChangeDeps): void {
  const body = Type.Object({ ...days, ...WithVersion }, closed);
  app.patch(
    `${path}/:id`,
    {
      config: WRITE,
      schema: { tags, summary: 'Change the days of a role', params, body, response: { 200: RoleAnswer } },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params;
      await changeRoleDays(deps, caller, { id, ...request.body });
      return answer(deps.db, caller.organisation, id);
    },
  );
}

function takingBack(app: App, deps: RoleChangeDeps): void {
  app.delete(
    `${path}/:id`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Take back a role that has not begun',
        params,
        querystring: VersionQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await takeRoleBack(deps, callerOf(request), { ...request.params, ...request.query });
      return reply.status(204).send(null);
    },
  );
}

/** Who has which role, and who deputises while they are away (clause 4.2). Nobody is taken out: a role ends on a day. */
export const roleRoutes: FastifyPluginAsyncTypebox<RoleChangeDeps> = async (app, deps) => {
  listing(app, deps);
  reading(app, deps);
  giving(app, deps);
  changing(app, deps);
  takingBack(app, deps);
};
