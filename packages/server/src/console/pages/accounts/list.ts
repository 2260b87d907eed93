import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { readCursor, toPage } from '../../../pagination.ts';
import { listAccounts } from '../../../people/account-change.ts';
import { may } from '../../../people/permissions.ts';
import { AccountName } from '../../../people/routes.ts';
import { listGrants } from '../../../people/spanning/grants.ts';
import { linkTo, type PageDeps, showPage } from '../../console.ts';
import { requireAccount } from './acts.ts';

const ON_A_PAGE = 50;
const closed = { additionalProperties: false } as const;
/** Who says who has which role sees the accounts; only whoever gives rights changes them. */
const config = { access: 'roles:write' } as const;
export const section = { section: 'settings' } as const;

const DONE: Readonly<Record<string, string>> = {
  disable: 'The account has been disabled, and is signed out everywhere.',
  enable: 'The account can sign in again.',
  'reset-second-factor': 'The account sets up a new authenticator app at its next sign-in.',
  'require-second-factor': 'The account sets up an authenticator app at its next sign-in.',
  'sign-out': 'The account has been signed out everywhere.',
  'taken-back': 'The role has been taken back.',
};
const wordsOf = (done = ''): string | undefined => (Object.hasOwn(DONE, done) ? DONE[done] : undefined);

const mayWrite = (request: FastifyRequest): boolean => may(callerOf(request).role, 'accounts:write');

const listPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const querystring = Type.Object(
    {
      cursor: Type.Optional(Type.String({ maxLength: 1000 })),
      done: Type.Optional(Type.String({ maxLength: 40 })),
    },
    closed,
  );
  app.get('/accounts', { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const { organisation } = callerOf(request);
    const [after] = readCursor(request.query.cursor || undefined, ['string']) ?? [];
    const rows = await listAccounts(deps.db, organisation, { limit: ON_A_PAGE + 1, after });
    const { items, nextCursor } = toPage(
      rows,
      ON_A_PAGE,
      ({ name }) => [name],
      (account) => account,
    );
    const model = {
      accounts: items,
      next: nextCursor && linkTo('/accounts', { cursor: nextCursor }),
      grants: await listGrants(deps.db, organisation),
      mayWrite: mayWrite(request),
      done: wordsOf(request.query.done),
    };
    return showPage(deps, { request, reply }, 'accounts', model, section);
  });
};

const onePage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const querystring = Type.Object({ done: Type.Optional(Type.String({ maxLength: 40 })) }, closed);
  const schema = { hide: true, params: AccountName, querystring };
  app.get('/accounts/:name', { schema, config }, async (request, reply) => {
    const { organisation } = callerOf(request);
    const account = await requireAccount(deps.db, organisation, request.params.name);
    const model = { account, mayWrite: mayWrite(request), done: wordsOf(request.query.done) };
    return showPage(deps, { request, reply }, 'account', model, section);
  });
};

/** The accounts of this server's own: who could sign in though the council's sign-in were away. */
export const accountPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  await app.register(listPage, deps);
  await app.register(onePage, deps);
};
