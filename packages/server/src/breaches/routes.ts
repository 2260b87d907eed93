import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Clock, Random } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import type { Settings } from '../settings.ts';
import { clusterRoutes } from './clusters/routes.ts';
import { askingRoute } from './life/asking-route.ts';
import { lifeRoutes } from './life/routes.ts';
import { PersonReport, reportBreach } from './reporting.ts';

export interface BreachRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

const Done = Type.Object({ ref: Type.String(), status: Type.String() });

/** What people do to breaches; reading them is in read-routes.ts. */
export const breachRoutes: FastifyPluginAsyncTypebox<BreachRoutesDeps> = async (app, deps) => {
  const { db, clock, random, settings, wake } = deps;
  app.post(
    '/api/v1/breaches',
    {
      config: { access: 'breaches:report' },
      schema: {
        tags: ['breaches'],
        summary: 'Report a suspected, potential or observed breach',
        body: PersonReport,
        response: { 201: Done },
      },
    },
    async (request, reply) => {
      const told = { db, now: clock.now(), random, origin: settings.origin };
      const ref = await reportBreach(callerOf(request), request.body, told);
      wake();
      return reply.status(201).send({ ref, status: 'suspected' });
    },
  );
  await lifeRoutes(app, deps);
  await askingRoute(app, deps);
  await clusterRoutes(app, deps);
};
