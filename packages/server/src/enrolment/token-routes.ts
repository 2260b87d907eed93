import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, formatToken, iso, type Random, tokenSecret } from '@beadle/shared';
import Type from 'typebox';
import { actorOf, type Caller, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { AssetTag, deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import type { ServerKeys } from '../keys.ts';
import { addToken } from './store.ts';
import { inTransaction } from '../db/transaction.ts';

interface Deps {
  readonly db: Db;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly random: Random;
}

const DAY_MS = 86_400_000;
const closed = { additionalProperties: false } as const;
const Days = Type.Optional(Type.Integer({ minimum: 1, maximum: 90, description: 'a number of days from 1 to 90' }));
const tags = ['devices'];
const config = { access: 'devices:write' } as const;

interface Wanted {
  readonly caller: Caller;
  readonly device: { readonly id: string; readonly assetTag: string } | null;
  readonly uses: number;
  readonly days: number;
}

/** Makes a token and writes down who did. Its text is given once: the database holds only its number. */
async function makeToken({ db, keys, clock, random }: Deps, { caller, device, uses, days }: Wanted) {
  const id = Buffer.from(random.bytes(16)).toString('base64url');
  const at = clock.now();
  const expiresAt = at + days * DAY_MS;
  const { organisation } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    await addToken(tx, {
      organisation,
      id,
      device: device?.id ?? null,
      expires_at: expiresAt,
      uses_left: uses,
      createdAt: at,
      createdBy: actor,
    });
    const target = device === null ? `fleet-key:${id}` : `device:${device.assetTag}`;
    await recordAct(tx, {
      organisation,
      at,
      actor,
      action: 'enrolment-token-made',
      target,
      detail: { id, uses, expiresAt: iso(expiresAt) },
    });
  });
  const token = formatToken({ id, secret: tokenSecret(keys.tokenKey, id), serverKeyId: keys.keyId });
  return { token, assetTag: device?.assetTag ?? null, expiresAt: iso(expiresAt) };
}

const Answer = Type.Object({
  token: Type.String(),
  assetTag: Type.Union([Type.String(), Type.Null()]),
  expiresAt: Type.String(),
});

type App = Parameters<FastifyPluginAsyncTypebox<Deps>>[0];

/** Tokens by which devices are enrolled: one for one device, or a fleet key that comes with the installation. */
export const enrolmentTokenRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  forOneDevice(app, deps);
  forAFleet(app, deps);
};

function forOneDevice(app: App, deps: Deps): void {
  const params = Type.Object({ assetTag: AssetTag }, closed);
  const body = Type.Optional(Type.Union([Type.Null(), Type.Object({ days: Days }, closed)]));
  const summary = 'Make a single-use token that enrols this device';
  app.post(
    '/api/v1/devices/:assetTag/enrolment-tokens',
    { config, schema: { tags, summary, params, body, response: { 201: Answer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const row = await deviceByTag(deps.db, caller.organisation, request.params.assetTag);
      if (row === undefined) throw problem('device-unknown', `There is no device ${request.params.assetTag}.`);
      const device = { id: row.id, assetTag: row.asset_tag };
      const made = await makeToken(deps, { caller, device, uses: 1, days: request.body?.days ?? 7 });
      return reply.status(201).send(made);
    },
  );
}

function forAFleet(app: App, deps: Deps): void {
  const uses = Type.Integer({ minimum: 1, maximum: 100_000, description: 'a number of devices' });
  const summary =
    'Make a fleet key: enrols registered devices by serial number, each once, until it ends or is used up';
  app.post(
    '/api/v1/enrolment-tokens',
    { config, schema: { tags, summary, body: Type.Object({ uses, days: Days }, closed), response: { 201: Answer } } },
    async (request, reply) => {
      const wanted = { caller: callerOf(request), device: null, uses: request.body.uses };
      return reply.status(201).send(await makeToken(deps, { ...wanted, days: request.body.days ?? 30 }));
    },
  );
}
