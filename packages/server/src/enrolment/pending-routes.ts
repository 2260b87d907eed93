import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import { AssetTag, Line, NewDevice } from '../devices/register.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { WAITS_FOR_MS } from './decide.ts';
import { WAITING_FOR } from './match.ts';
import { approvePending, type PendingDeps, refusePending } from './pending.ts';
import { type ListedPending, listPending } from './pending-store.ts';

const closed = { additionalProperties: false } as const;
const tags = ['devices'];
const orNull = Type.Union([Type.String(), Type.Null()]);

const PendingEnrolment = Type.Object({
  id: Type.String(),
  status: Type.Enum(['waiting', 'approved', 'refused']),
  why: Type.Enum(Object.keys(WAITING_FOR), { description: 'why it was not enrolled at once' }),
  serialNumber: orNull,
  name: orNull,
  platform: Type.String(),
  release: Type.String(),
  keyId: Type.String(),
  fleetKey: Type.String(),
  seems: Type.Union([Type.String(), Type.Null()], { description: 'the asset tag registered with its serial number' }),
  firstAskedAt: Type.String(),
  lastAskedOn: Type.String({ description: 'the day' }),
  endsAt: Type.String(),
  decidedBy: orNull,
  decidedAt: orNull,
  approvedAs: orNull,
  reason: orNull,
});
type PendingEnrolment = Static<typeof PendingEnrolment>;

export const presentPending = (row: ListedPending): PendingEnrolment => ({
  id: row.id,
  status: row.status as PendingEnrolment['status'],
  why: row.why,
  serialNumber: row.serial_number,
  name: row.name,
  platform: row.platform,
  release: row.release,
  keyId: row.key_id,
  fleetKey: row.token,
  seems: row.seems_tag,
  firstAskedAt: iso(row.first_at),
  lastAskedOn: iso(row.last_at).slice(0, 10),
  endsAt: iso(row.first_at + WAITS_FOR_MS),
  decidedBy: row.decided_by,
  decidedAt: isoOrNull(row.decided_at),
  approvedAs: row.approved_tag,
  reason: row.reason,
});

const Params = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) }, closed);
const AsDevice = Type.Union([
  Type.Object({ assetTag: AssetTag }, closed),
  Type.Object({ register: NewDevice }, closed),
]);

/** Laptops that came with a fleet key and wait for ICT. */
export const pendingRoutes: FastifyPluginAsyncTypebox<PendingDeps> = async (app, deps) => {
  const list = {
    tags,
    summary: 'List the laptops that came with a fleet key and were not enrolled at once, the oldest first',
    querystring: Type.Object(PageQuery, closed),
    response: { 200: pageOf(PendingEnrolment) },
  };
  app.get('/api/v1/pending-enrolments', { config: { access: 'devices:read' }, schema: list }, async (request) => {
    const { organisation } = callerOf(request);
    const [after] = readCursor(request.query.cursor, ['string']) ?? [];
    const limit = limitOf(request.query);
    const rows = await listPending(deps.db, organisation, { now: deps.clock.now(), limit: limit + 1, after });
    return toPage(rows, limit, ({ id }) => [id], presentPending);
  });
  deciding(app, deps);
};

function deciding(app: Parameters<typeof pendingRoutes>[0], deps: PendingDeps): void {
  const config = { access: 'devices:write' } as const;
  const Approved = Type.Object({ assetTag: Type.String() });
  const approve = {
    tags,
    summary: 'Say which device a laptop is: one of the register, or one that is registered with it',
    params: Params,
    body: AsDevice,
    response: { 200: Approved },
  };
  app.post('/api/v1/pending-enrolments/:id/approval', { config, schema: approve }, async (request) => ({
    assetTag: await approvePending(callerOf(request), request.params.id, request.body, deps),
  }));
  const refuse = {
    tags,
    summary: 'Refuse a laptop, which is told why',
    params: Params,
    body: Type.Object({ reason: Line(500, 'why; it is told') }, closed),
    response: { 204: Type.Null() },
  };
  app.post('/api/v1/pending-enrolments/:id/refusal', { config, schema: refuse }, async (request, reply) => {
    await refusePending(callerOf(request), request.params.id, request.body.reason, deps);
    return reply.status(204).send(null);
  });
}
