import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, type Random, ROLES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { addRoleHolder, changeRoleHolder, listRoleHolders, type RoleHolder, roleHolderOf, STANDINGS } from './roles.ts';
import { personByAccount } from './store.ts';

interface RoleRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

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
});

const path = '/api/v1/roles';
const tags = ['people'];
type App = Parameters<FastifyPluginAsyncTypebox<RoleRoutesDeps>>[0];

function requireOrder(from: string | null | undefined, until: string | null | undefined): void {
  if (!from || !until || from <= until) return;
  const field = { field: 'body.until', expected: 'a day that is not before from' };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

async function answer(db: Db, organisation: string, id: string) {
  const holder = await roleHolderOf(db, organisation, id);
  if (holder === undefined) throw problem('not-found', 'Nobody was given a role under this id.');
  return present(holder);
}

function giving(app: App, { db, clock, random }: RoleRoutesDeps): void {
  app.post(
    path,
    {
      config: { access: 'roles:write' },
      schema: { tags, summary: 'Say who has a role, or who deputises', body: Body, response: { 201: RoleAnswer } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const { role, account, standing, from = null, until = null } = request.body;
      requireOrder(from, until);
      const [at, by] = [clock.now(), actorOf(caller)];
      const id = await inTransaction(db, async (tx) => {
        const person = await personByAccount(tx, organisation, account);
        if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
        const made = { organisation, role, person: person.id, standing, startsOn: from, endsOn: until, at, by };
        const given = await addRoleHolder(tx, made, random);
        const act = { organisation, at, actor: by, action: 'role-given', target: `role:${role}` };
        await recordAct(tx, { ...act, detail: { account: person.account, standing, from, until } });
        return given;
      });
      return reply.status(201).send(await answer(db, organisation, id));
    },
  );
}

function listing(app: App, { db }: RoleRoutesDeps): void {
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

function changing(app: App, { db, clock }: RoleRoutesDeps): void {
  const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);
  app.patch(
    `${path}/:id`,
    {
      config: { access: 'roles:write' },
      schema: {
        tags,
        summary: 'Change the days of a role',
        params,
        body: Type.Object(days, closed),
        response: { 200: RoleAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const { id } = request.params;
      await inTransaction(db, async (tx) => {
        const holder = await roleHolderOf(tx, organisation, id);
        if (holder === undefined) throw problem('not-found', 'Nobody was given a role under this id.');
        const { from = holder.starts_on, until = holder.ends_on } = request.body;
        requireOrder(from, until);
        await changeRoleHolder(tx, organisation, id, { starts_on: from, ends_on: until });
        const act = { organisation, at: clock.now(), actor: actorOf(caller), action: 'role-changed' };
        await recordAct(tx, {
          ...act,
          target: `role:${holder.role}`,
          detail: { account: holder.account, from, until },
        });
      });
      return answer(db, organisation, id);
    },
  );
}

/** Who has which role, and who deputises while they are away (clause 4.2). Nobody is taken out: a role ends on a day. */
export const roleRoutes: FastifyPluginAsyncTypebox<RoleRoutesDeps> = async (app, deps) => {
  listing(app, deps);
  giving(app, deps);
  changing(app, deps);
};
