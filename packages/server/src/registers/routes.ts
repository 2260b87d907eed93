import type { FastifyPluginAsync } from 'fastify';
import { groupRoutes } from './group-routes.ts';
import { importRoutes, type RegisterRoutesDeps } from './import-routes.ts';
import { peopleRegisterRoutes } from './people-routes.ts';
import { printerRoutes } from './printer-routes.ts';
import { stickRoutes } from './stick-routes.ts';

/** Everything about the lists that the council keeps. */
export const registerRoutes: FastifyPluginAsync<RegisterRoutesDeps> = async (app, deps) => {
  await app.register(importRoutes, deps);
  await app.register(peopleRegisterRoutes, deps);
  await app.register(groupRoutes, deps);
  await app.register(stickRoutes, deps);
  await app.register(printerRoutes, deps);
};
