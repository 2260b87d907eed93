import { SETTABLE_STATES } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { changeByPerson, type ChangeDeps } from '../../devices/change.ts';
import { AssetTag } from '../../devices/read-routes.ts';
import { Problem } from '../../errors.ts';
import { linkTo, type PageDeps } from '../console.ts';
import { showDevice } from './device.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const StateForm = Type.Object(
  { state: Type.Enum([...SETTABLE_STATES]), quietUntil: Field(20), stateReason: Field(1000) },
  { additionalProperties: false },
);

/** One line. */
const REASON = /^\P{Cc}{1,500}$/u;

/** `POST /devices/{assetTag}/state`: what ICT says of a device, from its page. */
export const deviceStatePage: FastifyPluginAsyncTypebox<PageDeps & Pick<ChangeDeps, 'judge'>> = async (app, deps) => {
  app.post(
    '/devices/:assetTag/state',
    {
      schema: { hide: true, params: Type.Object({ assetTag: AssetTag }), body: StateForm },
      config: { access: 'devices:write' },
    },
    async (request, reply) => {
      const { assetTag } = request.params;
      const { state } = request.body;
      const [quietUntil, stateReason] = [request.body.quietUntil?.trim(), request.body.stateReason?.trim()];
      const show = (error: string, field: string) =>
        showDevice(deps, { request, reply }, assetTag, { error, field, given: { state, quietUntil, stateReason } });
      if (state === 'quiet' && !quietUntil) return show('Enter the day until which nothing is expected', 'quietUntil');
      if (stateReason && !REASON.test(stateReason))
        return show('The reason must be one line of 500 characters or fewer', 'stateReason');
      const change = {
        state,
        // A field that goes with another choice and was left filled in says nothing.
        ...(state === 'quiet' && quietUntil ? { quietUntil } : {}),
        ...(state !== 'quiet' && stateReason ? { stateReason } : {}),
      };
      try {
        await changeByPerson(callerOf(request), assetTag, change, deps);
      } catch (error) {
        if (error instanceof Problem && error.code === 'validation')
          return show('The day must be a date after today, within a year', 'quietUntil');
        throw error;
      }
      return reply.redirect(linkTo(`/devices/${encodeURIComponent(assetTag)}`, { done: 'state' }), 303);
    },
  );
};
