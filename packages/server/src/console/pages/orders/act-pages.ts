import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { recordView } from '../../../audit/viewed.ts';
import { readDevice } from '../../../devices/read.ts';
import { AssetTag } from '../../../devices/read-routes.ts';
import { problem } from '../../../errors.ts';
import { orderOf } from '../../../orders/desired-state/read.ts';
import { OrderId } from '../../../ordering/schema.ts';
import { linkTo, showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import { formSchema } from '../../forms/fields.ts';
import { type ActForm, beginAct, takeAct } from './act-form.ts';
import { type DeviceAct, type DeviceCase, type OrderPageDeps, pathOf } from './device-act.ts';
import { leaveAct, revokeKeyAct } from './end-acts.ts';
import { orderAct } from './order-act.ts';
import { codeAct, liftAct, messageAct, resendAct } from './other-acts.ts';

const ACTS: readonly DeviceAct[] = [orderAct, messageAct, resendAct, liftAct, codeAct, revokeKeyAct, leaveAct];
const Params = Type.Object({ assetTag: AssetTag, id: Type.Optional(OrderId) }, { additionalProperties: false });

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

/** The act as the form of one device. */
function formOf(act: DeviceAct, it: DeviceCase, exchange: Exchange, deps: OrderPageDeps): ActForm {
  const { path, heading, fields, button, confirm } = act;
  const back = pathOf(it.device);
  const here = `${back}/${path.replace(':id', it.order?.id ?? '')}`;
  const frame = { assetTag: it.device.asset_tag, heading, back, here };
  return {
    frame,
    intro: act.intro(it),
    fields,
    button,
    confirm: confirm && ((values) => confirm(it, values)),
    async run(values) {
      const outcome = await act.run(it, values, deps);
      if ('done' in outcome) return exchange.reply.redirect(linkTo(back, outcome), 303);
      return showPage(deps, exchange, outcome.view, { ...frame, ...outcome.model }, { section: 'devices' });
    },
  };
}

/** `/devices/{assetTag}/order` and the like: what ICT does to a device, and how that ends. */
export const orderActPages: FastifyPluginAsyncTypebox<OrderPageDeps> = async (app, deps) => {
  for (const act of ACTS) {
    const config = { access: act.access ?? 'orders:write' } as const;
    const url = `/devices/:assetTag/${act.path}`;
    app.get(url, { schema: { hide: true, params: Params }, config }, async (request, reply) => {
      const exchange = { request, reply };
      const it = await caseOf(deps, exchange, request.params);
      return beginAct(deps, exchange, formOf(act, it, exchange, deps), (await act.given?.(it, deps)) ?? {});
    });
    const schema = { hide: true, params: Params, body: formSchema(act.fields) };
    app.post(url, { schema, config }, async (request, reply) => {
      const exchange = { request, reply };
      return takeAct(deps, exchange, formOf(act, await caseOf(deps, exchange, request.params), exchange, deps));
    });
  }
};
