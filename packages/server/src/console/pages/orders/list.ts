import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { fleetOrders, presentFleetOrders } from '../../../ordering/fleet.ts';
import { type PageDeps, showPage } from '../../console.ts';
import { nameOfKind } from './words.ts';

const MOST_LISTED = 500;

/** `GET /devices/orders`: every device that is restricted, or is to be. */
export const orderListPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/devices/orders',
    {
      schema: { hide: true, querystring: Type.Object({}, { additionalProperties: false }) },
      config: { access: 'orders:read' },
    },
    async (request, reply) => {
      const { db, clock } = deps;
      const caller = callerOf(request);
      const now = clock.now();
      const all = await fleetOrders(db, caller.organisation, now);
      const shown = await presentFleetOrders(db, caller, all.slice(0, MOST_LISTED), now);
      const orders = shown.map(({ row, order }) => ({
        ...order,
        name: nameOfKind(order.kind),
        holder: row.holder,
        last: order.effects.at(-1),
      }));
      const devices = new Set(all.map(({ device }) => device)).size;
      const model = { orders, devices, isWhole: all.length <= MOST_LISTED };
      return showPage(deps, { request, reply }, 'device-orders', model, { section: 'devices' });
    },
  );
};
