import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, iso, type Random } from '@beadle/shared';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { createAccount, NAME, PASSWORD } from './accounts.ts';
import { hashPassword } from './passwords.ts';
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
const NewAccountBody = Type.Object({ name: Name, role: RoleOfCaller, password: Type.String(PASSWORD) }, closed);
const CodeAnswer = Type.Object({ code: Type.String(), url: Type.String(), expiresAt: Type.String() });
const AccountAnswer = Type.Object({ id: Type.String(), name: Type.String(), role: RoleOfCaller });

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
      const caller = callerOf(request);
      const { name, role, password } = request.body;
      const { organisation } = caller;
      const passwordHash = await hashPassword(password, random);
      const at = clock.now();
      const id = await inTransaction(db, async (tx) => {
        const made = await createAccount(tx, { organisation, name, role, passwordHash, at }, random);
        if (made === undefined) throw problem('account-taken', `There is an account named ${name} already.`);
        const act = { organisation, at, actor: actorOf(caller), action: 'account-made', target: `account:${name}` };
        await recordAct(tx, { ...act, detail: { role } });
        return made;
      });
      return reply.status(201).send({ id, name, role });
    },
  );
};
