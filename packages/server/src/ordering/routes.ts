import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { AssetTag } from '../devices/read-routes.ts';
import { readDevice } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { orderOf } from '../orders/desired-state/read.ts';
import { liftByPerson, orderByPerson, type OrderingDeps, readCode } from './act.ts';
import { endRoutes } from './end-routes.ts';
import { messageByPerson, resendByPerson } from './one-off.ts';
import { presentOrders } from './present.ts';
import { orderReadRoutes } from './read-routes.ts';
import { CodeAnswer, NewMessage, NewOrder, OrderAnswer, OrderId, WithReason } from './schema.ts';

type App = Parameters<FastifyPluginAsyncTypebox<OrderingDeps>>[0];

const tags = ['orders'];
const url = '/api/v1/devices/:assetTag';
const OfDevice = Type.Object({ assetTag: AssetTag });
const OfOrder = Type.Object({ assetTag: AssetTag, id: OrderId });
const config = { access: 'orders:write' } as const;

/** One order as it stands now. */
async function tell(db: Db, caller: Caller, assetTag: string, id: string, now: number): Promise<OrderAnswer> {
  const device = await readDevice(db, caller.organisation, assetTag);
  const row = device && (await orderOf(db, { organisation: device.organisation, device: device.id }, id));
  const [order] = device && row ? await presentOrders(db, caller, device, [row], now) : [];
  if (order === undefined) throw problem('order-unknown', 'This device has no such order.');
  return order;
}

function restricting(app: App, deps: OrderingDeps): void {
  const { db, clock } = deps;
  const order = {
    tags,
    summary: 'Restrict a device',
    description: 'In force when the device has said so: look at `standing`.',
    params: OfDevice,
    body: NewOrder,
    response: { 201: OrderAnswer },
  };
  app.post(`${url}/orders`, { config, schema: order }, async (request, reply) => {
    const caller = callerOf(request);
    const { assetTag } = request.params;
    const id = await orderByPerson(caller, assetTag, request.body, deps);
    return reply.status(201).send(await tell(db, caller, assetTag, id, clock.now()));
  });
}

function once(app: App, deps: OrderingDeps): void {
  const { db, clock } = deps;
  const message = {
    tags,
    summary: 'Say something to whoever is at a device, once',
    params: OfDevice,
    body: NewMessage,
    response: { 201: OrderAnswer },
  };
  app.post(`${url}/messages`, { config, schema: message }, async (request, reply) => {
    const caller = callerOf(request);
    const { assetTag } = request.params;
    const id = await messageByPerson(caller, assetTag, request.body, deps);
    return reply.status(201).send(await tell(db, caller, assetTag, id, clock.now()));
  });
  const resend = {
    tags,
    summary: 'Have a device send again how it stands by each rule',
    description: 'Its findings alone: nothing else that is on it is ever sent. It is done at its next check-in.',
    params: OfDevice,
    body: WithReason,
    response: { 201: OrderAnswer },
  };
  app.post(`${url}/resends`, { config, schema: resend }, async (request, reply) => {
    const caller = callerOf(request);
    const { assetTag } = request.params;
    const id = await resendByPerson(caller, assetTag, request.body.reason, deps);
    return reply.status(201).send(await tell(db, caller, assetTag, id, clock.now()));
  });
}

function ending(app: App, deps: OrderingDeps): void {
  const { db, clock } = deps;
  const lifting = {
    tags,
    summary: 'Lift a restriction',
    params: OfOrder,
    body: WithReason,
    response: { 200: OrderAnswer },
  };
  app.post(`${url}/orders/:id/lifting`, { config, schema: lifting }, async (request) => {
    const caller = callerOf(request);
    const { assetTag, id } = request.params;
    await liftByPerson(caller, assetTag, id, request.body.reason, deps);
    return tell(db, caller, assetTag, id, clock.now());
  });
  const code = {
    tags,
    summary: 'Read the code that ends an order on a device with no network',
    params: OfOrder,
    body: WithReason,
    response: { 200: CodeAnswer },
  };
  app.post(`${url}/orders/:id/release-code`, { config, schema: code }, async (request, reply) => {
    const { assetTag, id } = request.params;
    const made = await readCode(callerOf(request), assetTag, id, request.body.reason, deps);
    return reply.header('cache-control', 'no-store').send({ code: made });
  });
}

/** What people order devices (clauses 4.6, 4.7 and 5.3). */
export const orderingRoutes: FastifyPluginAsyncTypebox<OrderingDeps> = async (app, deps) => {
  await app.register(orderReadRoutes, deps);
  await app.register(endRoutes, deps);
  restricting(app, deps);
  once(app, deps);
  ending(app, deps);
};
