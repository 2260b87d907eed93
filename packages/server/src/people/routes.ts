import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, iso, type Random } from '@beadle/shared';
import Type from 'typebox';
import { actOf, actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import type { Settings } from '../settings.ts';
import { NAME, PASSWORD } from './accounts.ts';
import { giveNewCode, makeAccount, type SetAt } from './password-change.ts';
import { CALLER_ROLES } from './permissions.ts';
import { createSignInCode } from './sign-in-codes.ts';
import { inTransaction } from '../db/transaction.ts';

export interface PeopleDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
}

const closed = { additionalProperties: false } as const;
export const Name = Type.String(NAME);
export const RoleOfCaller = Type.Enum([...CALLER_ROLES], { description: `a role, one of ${CALLER_ROLES.join(', ')}` });
const Person = Type.Object({ name: Name, role: RoleOfCaller }, closed);
const NewAccountBody = Type.Object(
  {
    name: Name,
    role: RoleOfCaller,
    /** Left out: the answer has an address at which the person sets one. */
    password: Type.Optional(Type.String(PASSWORD)),
    secondFactor: Type.Optional(Type.Literal('require', { description: 'require' })),
  },
  closed,
);
export const AccountName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });
const CodeAnswer = Type.Object({ code: Type.String(), url: Type.String(), expiresAt: Type.String() });
const AccountAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: RoleOfCaller,
  setPassword: Type.Union([CodeAnswer, Type.Null()], {
    description: 'where the person sets a password, once, within 24 hours; null where one was given',
  }),
});

/** Where somebody sets a password. */
export const addressOf = ({ code, expiresAt }: SetAt, { origin }: Pick<Settings, 'origin'>) => ({
  code,
  url: `${origin}/set-password/${code}`,
  expiresAt: iso(expiresAt),
});

export const peopleRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock, random, settings }) => {
  const config = { access: 'accounts:write' } as const;

  app.post(
    '/api/v1/sign-in-codes',
    { config, schema: { body: Person, response: { 201: CodeAnswer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { name, role } = request.body;
      const { organisation } = caller;
      const at = clock.now();
      const { code, expiresAt } = await inTransaction(db, async (tx) => {
        const act = { organisation, at, actor: actorOf(caller), action: 'sign-in-code-made', target: `person:${name}` };
        await recordAct(tx, { ...act, detail: { role } });
        return createSignInCode(tx, { organisation, name, role, at }, random);
      });
      return reply.status(201).send({ code, url: `${settings.origin}/sign-in/${code}`, expiresAt: iso(expiresAt) });
    },
  );

  app.post(
    '/api/v1/accounts',
    { config, schema: { body: NewAccountBody, response: { 201: AccountAnswer } } },
    async (request, reply) => {
      const { name, role, password, secondFactor } = request.body;
      const made = { name, role, password, wantsSecondFactor: secondFactor === 'require' };
      const act = actOf(callerOf(request), clock.now());
      const { id, setAt } = await makeAccount({ db, random }, made, act);
      return reply.status(201).send({ id, name, role, setPassword: setAt && addressOf(setAt, settings) });
    },
  );

  app.post(
    '/api/v1/accounts/:name/password-codes',
    { config, schema: { params: AccountName, response: { 201: CodeAnswer } } },
    async (request, reply) => {
      const act = actOf(callerOf(request), clock.now());
      const setAt = await giveNewCode({ db, random }, request.params.name, act);
      return reply.status(201).send(addressOf(setAt, settings));
    },
  );
};
