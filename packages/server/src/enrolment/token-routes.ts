import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { AssetTag, deviceByTag, Line } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { FleetKey, presentFleetKey } from './fleet-keys.ts';

import { listFleetKeys } from './store.ts';
import { makeToken, revokeFleetKey, type TokenDeps } from './tokens.ts';

const closed = { additionalProperties: false } as const;
const Days = Type.Optional(Type.Integer({ minimum: 1, maximum: 90, description: 'a number of days from 1 to 90' }));
const tags = ['devices'];

const Answer = Type.Object({
  token: Type.String(),
  assetTag: Type.Union([Type.String(), Type.Null()]),
  expiresAt: Type.String(),
});

type App = Parameters<FastifyPluginAsyncTypebox<TokenDeps>>[0];

/** Tokens by which devices are enrolled: one for one device, or a fleet key that comes with the installation. */
export const enrolmentTokenRoutes: FastifyPluginAsyncTypebox<TokenDeps> = async (app, deps) => {
  forOneDevice(app, deps);
  forAFleet(app, deps);
  listing(app, deps);
  revoking(app, deps);
};

function forOneDevice(app: App, deps: TokenDeps): void {
  const params = Type.Object({ assetTag: AssetTag }, closed);
  const body = Type.Optional(Type.Union([Type.Null(), Type.Object({ days: Days }, closed)]));
  const summary = 'Make a single-use token that enrols this device';
  app.post(
    '/api/v1/devices/:assetTag/enrolment-tokens',
    { config: { access: 'devices:write' }, schema: { tags, summary, params, body, response: { 201: Answer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const row = await deviceByTag(deps.db, caller.organisation, request.params.assetTag);
      if (row === undefined) throw problem('device-unknown', `There is no device ${request.params.assetTag}.`);
      const device = { id: row.id, assetTag: row.asset_tag };
      const wanted = { caller, device, name: null, uses: 1, days: request.body?.days ?? 7 };
      const { id: _, ...made } = await makeToken(deps, wanted);
      return reply.status(201).send(made);
    },
  );
}

function forAFleet(app: App, deps: TokenDeps): void {
  const uses = Type.Integer({ minimum: 1, maximum: 100_000, description: 'a number of devices' });
  const name = Type.Optional(Line(80, 'what the key is for'));
  const body = Type.Object({ uses, days: Days, name }, closed);
  const made = Type.Object({ ...Answer.properties, id: Type.String() });
  const summary =
    'Make a fleet key: enrols registered devices by serial number, each once, until it ends or is used up; all others wait';
  app.post(
    '/api/v1/enrolment-tokens',
    { config: { access: 'fleet-keys:write' }, schema: { tags, summary, body, response: { 201: made } } },
    async (request, reply) => {
      const { uses: most, days = 30, name: given = null } = request.body;
      const wanted = { caller: callerOf(request), device: null, name: given, uses: most, days };
      return reply.status(201).send(await makeToken(deps, wanted));
    },
  );
}

function listing(app: App, deps: TokenDeps): void {
  const schema = {
    tags,
    summary: 'List the fleet keys, without their secrets, the newest first',
    querystring: Type.Object(PageQuery, closed),
    response: { 200: pageOf(FleetKey) },
  };
  app.get('/api/v1/enrolment-tokens', { config: { access: 'fleet-keys:write' }, schema }, async (request) => {
    const { organisation } = callerOf(request);
    const before = readCursor(request.query.cursor, ['number', 'string']);
    const limit = limitOf(request.query);
    const rows = await listFleetKeys(deps.db, organisation, { limit: limit + 1, before });
    const now = deps.clock.now();
    return toPage(
      rows,
      limit,
      ({ created_at, id }) => [created_at, id],
      (row) => presentFleetKey(row, now),
    );
  });
}

function revoking(app: App, deps: TokenDeps): void {
  const schema = {
    tags,
    summary: 'Revoke a fleet key, and end everything that waits by it',
    params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) }, closed),
    body: Type.Object({ reason: Line(500, 'why') }, closed),
    response: { 204: Type.Null() },
  };
  const config = { access: 'fleet-keys:write' } as const;
  app.post('/api/v1/enrolment-tokens/:id/revocation', { config, schema }, async (request, reply) => {
    await revokeFleetKey(deps, callerOf(request), request.params.id, request.body.reason);
    return reply.status(204).send(null);
  });
}
