import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, isoOrNull } from '@beadle/shared';
import Type from 'typebox';
import { actOf, callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { findAccount } from './accounts.ts';
import { limitOf, pageOf, PageQuery, readCursor, toPage } from '../pagination.ts';
import {
  changeAccount,
  changeSecondFactor,
  endSessionsFor,
  listAccounts,
  type ListedAccount,
} from './account-change.ts';
import { AccountName as params, type PeopleDeps } from './routes.ts';
import { type ListedSession, listSessions } from './session-list.ts';

const closed = { additionalProperties: false } as const;
const config = { access: 'accounts:write' } as const;
const TimeOrNone = Type.Union([Type.String(), Type.Null()]);
const TextOrNone = Type.Union([Type.String(), Type.Null()]);

const AccountItem = Type.Object({
  name: Type.String(),
  role: Type.String(),
  createdAt: Type.String(),
  disabledAt: TimeOrNone,
  lastSignedInOn: Type.Union([Type.String(), Type.Null()], { description: 'the day; none before it is kept' }),
  secondFactor: Type.Enum(['set-up', 'wanted', 'none']),
});
const SessionItem = Type.Object({
  id: Type.String(),
  begunAt: Type.String(),
  /** A day: no history of when somebody worked is kept. */
  lastUsedOn: Type.String(),
  endsAt: Type.String(),
  signedInBy: TextOrNone,
  browser: TextOrNone,
});
const Change = Type.Object(
  {
    disabled: Type.Optional(Type.Boolean({ description: 'true or false' })),
    secondFactor: Type.Optional(Type.Enum(['require', 'reset'], { description: 'one of require, reset' })),
  },
  { ...closed, minProperties: 1, description: 'disabled, secondFactor or both' },
);
const Ended = Type.Object({ ended: Type.Integer() });

/** Whoever signs in elsewhere has sessions and no account; somebody with neither is not known here. */
async function requireAccount(db: Db, organisation: string, name: string): Promise<void> {
  if ((await findAccount(db, organisation, name)) === undefined)
    throw problem('not-found', 'Nobody of this name has an account here or is signed in.');
}

const presentAccount = ({ createdAt, disabledAt, ...account }: ListedAccount) => ({
  ...account,
  createdAt: iso(createdAt),
  disabledAt: isoOrNull(disabledAt),
});
const presentSession = ({ id, begunAt, seenAt, endsAt, by, browser }: ListedSession) => ({
  id,
  begunAt: iso(begunAt),
  lastUsedOn: iso(seenAt).slice(0, 10),
  endsAt: iso(endsAt),
  signedInBy: by,
  browser,
});

const changeRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock }) => {
  const querystring = Type.Object(PageQuery, closed);
  app.get(
    '/api/v1/accounts',
    { config, schema: { querystring, response: { 200: pageOf(AccountItem) } } },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listAccounts(db, callerOf(request).organisation, { limit: limit + 1, after });
      return toPage(rows, limit, ({ name }) => [name], presentAccount);
    },
  );

  app.patch(
    '/api/v1/accounts/:name',
    { config, schema: { params, body: Change, response: { 200: Ended } } },
    async (request) => {
      const { name } = request.params;
      const { disabled, secondFactor } = request.body;
      const act = actOf(callerOf(request), clock.now());
      const unknown = () => problem('account-unknown', `There is no account named ${name}.`);
      if (secondFactor !== undefined && !(await changeSecondFactor(db, name, secondFactor, act))) throw unknown();
      if (disabled === undefined) return { ended: 0 };
      const changed = await changeAccount(db, name, { disabled }, act);
      if (changed === undefined) throw unknown();
      return changed;
    },
  );
};

const sessionRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock }) => {
  const sessions = Type.Object({ items: Type.Array(SessionItem) });
  app.get(
    '/api/v1/accounts/:name/sessions',
    { config, schema: { params, response: { 200: sessions } } },
    async (request) => {
      const { organisation } = callerOf(request);
      const items = await listSessions(db, { organisation, name: request.params.name }, clock.now());
      if (items.length === 0) await requireAccount(db, organisation, request.params.name);
      return { items: items.map(presentSession) };
    },
  );

  app.delete(
    '/api/v1/accounts/:name/sessions',
    { config, schema: { params, response: { 200: Ended } } },
    async (request) => {
      const act = actOf(callerOf(request), clock.now());
      const ended = await endSessionsFor(db, request.params.name, {}, act);
      if (ended === 0) await requireAccount(db, act.organisation, request.params.name);
      return { ended };
    },
  );
};

/** Accounts that are listed, disabled and enabled, and the sessions of whoever goes by a name. */
export const accountRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, deps) => {
  await app.register(changeRoutes, deps);
  await app.register(sessionRoutes, deps);
};
