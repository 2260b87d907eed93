import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { recordView } from '../../../audit/viewed.ts';
import { readDevice } from '../../../devices/read.ts';
import { AssetTag } from '../../../devices/read-routes.ts';
import { problem } from '../../../errors.ts';
import { orderOf } from '../../../orders/desired-state/read.ts';
import { OrderId } from '../../../ordering/schema.ts';
import { linkTo, showPage } from '../../console.ts';
import { type FieldError, formSchema, type Sent } from '../../forms/fields.ts';
import { asSent, readForm } from '../../forms/read.ts';
import { refusedAt } from '../act-words.ts';
import { type DeviceAct, type DeviceCase, type Exchange, type OrderPageDeps, pathOf } from './device-act.ts';
import { leaveAct, revokeKeyAct } from './end-acts.ts';
import { orderAct } from './order-act.ts';
import { codeAct, liftAct, messageAct, resendAct } from './other-acts.ts';

const ACTS: readonly DeviceAct[] = [orderAct, messageAct, resendAct, liftAct, codeAct, revokeKeyAct, leaveAct];
const Params = Type.Object({ assetTag: AssetTag, id: Type.Optional(OrderId) }, { additionalProperties: false });

interface Turn {
  readonly deps: OrderPageDeps;
  readonly exchange: Exchange;
  readonly act: DeviceAct;
  readonly it: DeviceCase;
}

async function caseOf(
  deps: OrderPageDeps,
  { request }: Exchange,
  { assetTag, id }: { readonly assetTag: string; readonly id?: string },
): Promise<DeviceCase> {
  const caller = callerOf(request);
  const device = await readDevice(deps.db, caller.organisation, assetTag);
  if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
  const of = { organisation: device.organisation, device: device.id };
  const order = id === undefined ? undefined : await orderOf(deps.db, of, id);
  if (id !== undefined && order === undefined) throw problem('order-unknown', 'This device has no such order.');
  if (device.holder !== null) await recordView(deps, caller, 'device-viewed', `device:${device.asset_tag}`);
  return { caller, device, order, now: deps.clock.now() };
}

const frameOf = ({ path, heading }: DeviceAct, { device, order }: DeviceCase) => ({
  assetTag: device.asset_tag,
  heading,
  back: pathOf(device),
  here: `${pathOf(device)}/${path.replace(':id', order?.id ?? '')}`,
});

function showForm({ deps, exchange, act, it }: Turn, sent: Sent, errors: readonly FieldError[] = []) {
  const { fields, button } = act;
  const model = { ...frameOf(act, it), intro: act.intro(it), fields, button, sent, errors };
  return showPage(deps, exchange, 'device-act', model, { section: 'devices', status: errors.length > 0 ? 400 : 200 });
}

function showConfirm({ deps, exchange, act, it }: Turn, confirm: object, sent: Sent): Promise<FastifyReply> {
  const { step: _, ...again } = sent;
  return showPage(
    deps,
    exchange,
    'device-act-confirm',
    { ...frameOf(act, it), confirm, sent: again },
    { section: 'devices' },
  );
}

async function take(turn: Turn, sent: Sent): Promise<FastifyReply> {
  const { deps, exchange, act, it } = turn;
  const { values, errors } = readForm(act.fields, sent, it.now);
  if (errors.length > 0 || sent['step'] === 'change') return showForm(turn, sent, errors);
  if (act.confirm !== undefined && sent['step'] !== 'confirmed')
    return showConfirm(turn, act.confirm(it, values), sent);
  try {
    const outcome = await act.run(it, values, deps);
    if ('done' in outcome) return await exchange.reply.redirect(linkTo(pathOf(it.device), outcome), 303);
    return await showPage(
      deps,
      exchange,
      outcome.view,
      { ...frameOf(act, it), ...outcome.model },
      { section: 'devices' },
    );
  } catch (error) {
    return showForm(turn, sent, refusedAt(act.fields, error));
  }
}

/** `/devices/{assetTag}/order` and the like: what ICT does to a device, and how that ends. */
export const orderActPages: FastifyPluginAsyncTypebox<OrderPageDeps> = async (app, deps) => {
  for (const act of ACTS) {
    const config = { access: act.access ?? 'orders:write' } as const;
    const url = `/devices/:assetTag/${act.path}`;
    const turnOf = async (exchange: Exchange, params: { readonly assetTag: string; readonly id?: string }) => ({
      deps,
      exchange,
      act,
      it: await caseOf(deps, exchange, params),
    });
    app.get(url, { schema: { hide: true, params: Params }, config }, async (request, reply) => {
      const turn = await turnOf({ request, reply }, request.params);
      return showForm(turn, asSent(act.fields, (await act.given?.(turn.it, deps)) ?? {}));
    });
    const schema = { hide: true, params: Params, body: formSchema(act.fields) };
    app.post(url, { schema, config }, async (request, reply) =>
      take(await turnOf({ request, reply }, request.params), request.body as Sent),
    );
  }
};
