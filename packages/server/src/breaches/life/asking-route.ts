import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import type { Settings } from '../../settings.ts';
import { actOn } from './act.ts';
import { askingToContain, ContainmentRequest } from './asking.ts';
import { type LifeRoutesDeps, Ref } from './routes.ts';

interface AskingDeps extends LifeRoutesDeps {
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

export const askingRoute: FastifyPluginAsyncTypebox<AskingDeps> = async (app, deps) => {
  const { db, clock, random, settings, wake } = deps;
  app.post(
    '/api/v1/breaches/:ref/containment-requests',
    {
      config: { access: 'breaches:write' },
      schema: {
        tags: ['breaches'],
        summary: 'Ask ICT to contain it',
        params: Ref,
        body: ContainmentRequest,
        response: { 200: Type.Object({ ref: Type.String() }) },
      },
    },
    async (request) => {
      const [caller, { ref }] = [callerOf(request), request.params];
      const told = { now: clock.now(), random, origin: settings.origin };
      await actOn(caller, [ref], askingToContain(request.body, caller.name, told), { db, now: told.now });
      wake();
      return { ref };
    },
  );
};
