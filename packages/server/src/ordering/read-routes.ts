import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { AssetTag } from '../devices/read-routes.ts';
import { readDevice } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { ordersOf } from '../orders/desired-state/read.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { fleetOrders, placeOf, presentFleetOrders } from './fleet.ts';
import { presentOrders } from './present.ts';
import { OrderAnswer } from './schema.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
}

const tags = ['orders'];
const config = { access: 'orders:read' } as const;
const Query = Type.Object(PageQuery, { additionalProperties: false });

type App = Parameters<FastifyPluginAsyncTypebox<Deps>>[0];

function ofDevice(app: App, { db, clock }: Deps): void {
  const schema = {
    tags,
    summary: 'List what was ordered of a device, newest first',
    params: Type.Object({ assetTag: AssetTag }),
    querystring: Query,
    response: { 200: pageOf(OrderAnswer) },
  };
  app.get('/api/v1/devices/:assetTag/orders', { config, schema }, async (request) => {
    const caller = callerOf(request);
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['number', 'string']);
    const device = await readDevice(db, caller.organisation, request.params.assetTag);
    if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
    const rows = await ordersOf(db, { organisation: device.organisation, device: device.id }, { limit, after });
    const items = await presentOrders(db, caller, device, rows.slice(0, limit), clock.now());
    const page = toPage(
      rows,
      limit,
      ({ ordered_at: at, id }) => [at, id],
      ({ id }) => id,
    );
    return { ...page, items };
  });
}

function ofAll(app: App, { db, clock }: Deps): void {
  const schema = {
    tags,
    summary: 'List the restrictions in force or ordered on any device, by asset tag',
    querystring: Query,
    response: { 200: pageOf(OrderAnswer) },
  };
  app.get('/api/v1/orders', { config, schema }, async (request) => {
    const limit = limitOf(request.query);
    const after = readCursor(request.query.cursor, ['string', 'string']);
    const caller = callerOf(request);
    const now = clock.now();
    const rows = (await fleetOrders(db, caller.organisation, now, after)).slice(0, limit + 1);
    const { nextCursor } = toPage(rows, limit, placeOf, ({ id }) => id);
    const shown = await presentFleetOrders(db, caller, rows.slice(0, limit), now);
    return { items: shown.map(({ order }) => order), nextCursor };
  });
}

export const orderReadRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  ofDevice(app, deps);
  ofAll(app, deps);
};
