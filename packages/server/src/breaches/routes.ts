import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Clock, IsoTime, type Random } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { AssetTag, deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { acknowledgeBreach, closeBreach, reportBreach } from './acts.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

const closed = { additionalProperties: false } as const;
const Text = (maximum: number, description: string) => Type.String({ minLength: 1, maxLength: maximum, description });
const Ref = Type.Object(
  { ref: Type.String({ pattern: '^BR-\\d{4}-\\d{6,}$', description: 'a reference such as BR-2026-000001' }) },
  closed,
);
const Done = Type.Object({ ref: Type.String(), status: Type.String() });
const Reason = Type.Object({ reason: Text(2000, 'why it is closed') }, closed);
const tags = ['breaches'];

const Report = Type.Object(
  {
    title: Text(200, 'what happened, in a few words'),
    description: Text(10_000, 'what happened'),
    happenedAt: Type.Optional(Type.Union([IsoTime, Type.Null()])),
    device: Type.Optional(Type.Union([AssetTag, Type.Null()])),
  },
  closed,
);

type App = Parameters<FastifyPluginAsyncTypebox<Deps>>[0];

/** What people do to breaches; reading them is in read-routes.ts. */
export const breachRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  reporting(app, deps);
  deciding(app, deps);
};

function reporting(app: App, { db, clock, random, settings, wake }: Deps): void {
  app.post(
    '/api/v1/breaches',
    {
      config: { access: 'breaches:report' },
      schema: {
        tags,
        summary: 'Report a suspected, potential or observed breach',
        body: Report,
        response: { 201: Done },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { title, description, happenedAt = null, device: assetTag = null } = request.body;
      const row = assetTag === null ? undefined : await deviceByTag(db, caller.organisation, assetTag);
      if (assetTag !== null && row === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
      const device = row === undefined ? null : { id: row.id, assetTag: row.asset_tag };
      const report = { title, description, happenedAt: happenedAt === null ? null : Date.parse(happenedAt), device };
      const ref = await reportBreach(caller, report, { db, now: clock.now(), random, origin: settings.origin });
      wake();
      return reply.status(201).send({ ref, status: 'suspected' });
    },
  );
}

function deciding(app: App, { db, clock }: Deps): void {
  const config = { access: 'breaches:write' } as const;
  app.post(
    '/api/v1/breaches/:ref/acknowledgement',
    { config, schema: { tags, summary: 'Say that you have seen it', params: Ref, response: { 200: Done } } },
    async (request) => {
      await acknowledgeBreach(callerOf(request), request.params.ref, { db, now: clock.now() });
      return { ref: request.params.ref, status: 'acknowledged' };
    },
  );
  app.post(
    '/api/v1/breaches/:ref/closure',
    { config, schema: { tags, summary: 'End it, with a reason', params: Ref, body: Reason, response: { 200: Done } } },
    async (request) => {
      await closeBreach(callerOf(request), request.params.ref, request.body.reason, { db, now: clock.now() });
      return { ref: request.params.ref, status: 'closed' };
    },
  );
}
