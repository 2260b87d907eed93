import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actOf, callerOf } from '../../../access.ts';
import { problem } from '../../../errors.ts';
import { readCursor, toPage } from '../../../pagination.ts';
import { endToken } from '../../../people/token-change.ts';
import { type ApiToken, listTokens, readToken } from '../../../people/tokens.ts';
import { ConfirmForm, showConfirmation } from '../../confirmation.ts';
import { linkTo, type PageDeps, showPage } from '../../console.ts';
import { section } from './list.ts';

const ON_A_PAGE = 50;
const config = { access: 'tokens:write' } as const;

export const tokenCrumbs = (text: string) => [
  { text: 'Settings', href: '/settings' },
  { text: 'Tokens', href: '/tokens' },
  { text },
];

const stateOf = ({ revokedAt, expiresAt }: ApiToken, now: number) => {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'ended' : 'live';
};

const listPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const querystring = Type.Object(
    {
      cursor: Type.Optional(Type.String({ maxLength: 1000 })),
      done: Type.Optional(Type.String({ maxLength: 20 })),
    },
    { additionalProperties: false },
  );
  app.get('/tokens', { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const { cursor, done } = request.query;
    const [before] = readCursor(cursor || undefined, ['string']) ?? [];
    const { organisation } = callerOf(request);
    const rows = await listTokens(deps.db, organisation, { limit: ON_A_PAGE + 1, before });
    const now = deps.clock.now();
    const { items, nextCursor } = toPage(
      rows,
      ON_A_PAGE,
      ({ id }) => [id],
      (token) => ({ ...token, state: stateOf(token, now) }),
    );
    const next = nextCursor && linkTo('/tokens', { cursor: nextCursor });
    return showPage(deps, { request, reply }, 'tokens', { tokens: items, next, revoked: done === 'revoked' }, section);
  });
};

const revokePage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const path = '/tokens/:id/revoke';
  const params = Type.Object({ id: Type.String({ maxLength: 80 }) });
  app.get(path, { schema: { hide: true, params }, config }, async (request, reply) => {
    const token = await readToken(deps.db, callerOf(request).organisation, request.params.id);
    if (token === undefined) throw problem('token-unknown', 'There is no token with this id.');
    return showConfirmation(
      deps,
      { request, reply },
      {
        heading: `Are you sure that you want to revoke ${token.name}?`,
        section: 'settings',
        crumbs: tokenCrumbs('Revoke'),
        lines: [
          'Whatever uses it is refused from now on. It cannot be brought back: a new token is another one.',
          'It is recorded under your name.',
        ],
        action: `/tokens/${encodeURIComponent(token.id)}/revoke`,
        button: 'Revoke the token',
        back: '/tokens',
      },
    );
  });
  app.post(path, { schema: { hide: true, params, body: ConfirmForm }, config }, async (request, reply) => {
    await endToken(deps.db, request.params.id, actOf(callerOf(request), deps.clock.now()));
    return reply.redirect('/tokens?done=revoked', 303);
  });
};

/** What programs sign in with: all of them, and ending one. */
export const tokenPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  await app.register(listPage, deps);
  await app.register(revokePage, deps);
};
