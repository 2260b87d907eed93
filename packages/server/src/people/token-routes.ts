import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IsoTime, iso, isoOrNull } from '@beadle/shared';
import Type from 'typebox';
import { actOf, callerOf, PERMISSIONS } from '../access.ts';
import { problem } from '../errors.ts';
import { limitOf, pageOf, PageQuery, readCursor, toPage } from '../pagination.ts';
import { Name, type PeopleDeps, RoleOfCaller } from './routes.ts';
import { endToken, makeToken } from './token-change.ts';
import { type ApiToken, listTokens } from './tokens.ts';

const closed = { additionalProperties: false } as const;
const TimeOrNone = Type.Union([Type.String(), Type.Null()]);
const Permissions = Type.Array(Type.Enum([...PERMISSIONS]), {
  minItems: 1,
  uniqueItems: true,
  description: `permissions of the role, of ${PERMISSIONS.join(', ')}`,
});
const NewTokenBody = Type.Object(
  { name: Name, role: RoleOfCaller, expiresAt: Type.Optional(IsoTime), only: Type.Optional(Permissions) },
  closed,
);
const OnlyOrNone = Type.Union([Type.Array(Type.String()), Type.Null()]);
const TokenAnswer = Type.Object({
  id: Type.String(),
  token: Type.String(),
  name: Type.String(),
  role: RoleOfCaller,
  expiresAt: TimeOrNone,
  only: OnlyOrNone,
});
const TokenItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.String(),
  createdAt: Type.String(),
  expiresAt: TimeOrNone,
  revokedAt: TimeOrNone,
  only: OnlyOrNone,
});

const present = (token: ApiToken) => ({
  ...token,
  only: token.only === null ? null : [...token.only],
  createdAt: iso(token.createdAt),
  expiresAt: isoOrNull(token.expiresAt),
  revokedAt: isoOrNull(token.revokedAt),
});

const config = { access: 'tokens:write' } as const;

function expiryOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (at > now) return at;
  const field = { field: 'body.expiresAt', expected: 'a time to come' };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

const createRoute: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock, random }) => {
  const schema = { body: NewTokenBody, response: { 201: TokenAnswer } };
  app.post('/api/v1/tokens', { config, schema }, async (request, reply) => {
    const { name, role, only } = request.body;
    const at = clock.now();
    const expiresAt = expiryOf(request.body.expiresAt, at);
    const act = actOf(callerOf(request), at);
    const { id, token } = await makeToken({ db, random }, { name, role, expiresAt, only }, act);
    return reply.status(201).send({ id, token, name, role, expiresAt: isoOrNull(expiresAt), only: only ?? null });
  });
};

const revokeRoute: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock }) => {
  const params = Type.Object({ id: Type.String({ maxLength: 80 }) });
  app.delete(
    '/api/v1/tokens/:id',
    { config, schema: { params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await endToken(db, request.params.id, actOf(callerOf(request), clock.now()));
      return reply.status(204).send(null);
    },
  );
};

export const tokenRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, deps) => {
  const querystring = Type.Object(PageQuery, closed);
  app.get(
    '/api/v1/tokens',
    { config, schema: { querystring, response: { 200: pageOf(TokenItem) } } },
    async (request) => {
      const limit = limitOf(request.query);
      const [before] = readCursor(request.query.cursor, ['string']) ?? [];
      const tokens = await listTokens(deps.db, callerOf(request).organisation, { limit: limit + 1, before });
      return toPage(tokens, limit, ({ id }) => [id], present);
    },
  );
  await app.register(createRoute, deps);
  await app.register(revokeRoute, deps);
};
