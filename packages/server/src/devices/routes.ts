import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { noteByHand } from '../db/hand-changes.ts';
import { WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { changeByPerson, type ChangeDeps, columnOf } from './change.ts';
import { DeviceAnswer, presentDevice } from './read-routes.ts';
import { readDevice } from './read.ts';
import { AssetTag, DeviceChange, Holder, NewDevice, registerDevice } from './register.ts';
import { inTransaction } from '../db/transaction.ts';

export interface DeviceRoutesDeps extends ChangeDeps {
  readonly random: Random;
}

const config = { access: 'devices:write' } as const;
const tags = ['devices'];
const Params = Type.Object({ assetTag: AssetTag }, { additionalProperties: false });

type App = Parameters<FastifyPluginAsyncTypebox<DeviceRoutesDeps>>[0];

/** Registering and changing devices; reading them is in read-routes.ts. */
export const deviceRoutes: FastifyPluginAsyncTypebox<DeviceRoutesDeps> = async (app, deps) => {
  registering(app, deps);
  changing(app, deps);
  holding(app, deps);
};

async function answer({ db, clock }: DeviceRoutesDeps, organisation: string, assetTag: string): Promise<DeviceAnswer> {
  const device = await readDevice(db, organisation, assetTag);
  if (device === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
  return presentDevice(device, clock.now());
}

function registering(app: App, deps: DeviceRoutesDeps): void {
  const { db, clock, random } = deps;
  app.post(
    '/api/v1/devices',
    { config, schema: { tags, summary: 'Register a device', body: NewDevice, response: { 201: DeviceAnswer } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const at = clock.now();
      const { organisation } = caller;
      const target = `device:${request.body.assetTag}`;
      await inTransaction(db, async (tx) => {
        const by = actorOf(caller);
        const { assetTag, ...register } = request.body;
        await registerDevice(tx, organisation, request.body, { at, random });
        await recordAct(tx, { organisation, at, actor: by, action: 'device-registered', target, detail: register });
        const key = assetTag.toLowerCase();
        const marks = Object.keys(register).map((name) => ({ key, column: columnOf(name), by, at }));
        await noteByHand(tx, { organisation, register: 'devices' }, marks);
      });
      return reply.status(201).send(await answer(deps, organisation, request.body.assetTag));
    },
  );
}

function changing(app: App, deps: DeviceRoutesDeps): void {
  const summary = 'Change what the register says of a device, or whether it is in service';
  app.patch(
    '/api/v1/devices/:assetTag',
    { config, schema: { tags, summary, params: Params, body: DeviceChange, response: { 200: DeviceAnswer } } },
    async (request) => {
      const caller = callerOf(request);
      await changeByPerson(caller, request.params.assetTag, request.body, deps);
      return answer(deps, caller.organisation, request.params.assetTag);
    },
  );
}

/** Whoever keeps the list of people may say who holds a device, and change nothing else of it. */
function holding(app: App, deps: DeviceRoutesDeps): void {
  const body = Type.Object({ holder: Holder, ...WithVersion }, { additionalProperties: false });
  const summary = 'Say who holds a device, or that nobody does';
  app.put(
    '/api/v1/devices/:assetTag/holder',
    {
      config: { access: 'holders:write' },
      schema: { tags, summary, params: Params, body, response: { 200: DeviceAnswer } },
    },
    async (request) => {
      const caller = callerOf(request);
      await changeByPerson(caller, request.params.assetTag, request.body, deps);
      return answer(deps, caller.organisation, request.params.assetTag);
    },
  );
}
