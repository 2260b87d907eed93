import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../access.ts';
import { exportBreaches } from '../../breaches/export.ts';
import type { PageDeps } from '../console.ts';
import { orderOf, Query, wholeFilter } from './queue/query.ts';
import { selectedPages } from './queue/selected.ts';
import { showQueue } from './queue/show.ts';
import { viewPages } from './queue/views.ts';

/** `GET /breaches`: the queues; what is filtered as a file; acts on several; saved views. */
export const breachesPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'breaches:read' } as const;
  app.get('/breaches', { schema: { hide: true, querystring: Query }, config }, (request, reply) =>
    showQueue(deps, { request, reply }, request.query),
  );
  app.get('/breaches/export.csv', { schema: { hide: true, querystring: Query }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const { db, clock } = deps;
    const filter = wholeFilter(request.query, caller);
    const file = await exportBreaches(caller, filter, { db, now: clock.now(), order: orderOf(request.query) });
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="breaches.csv"')
      .header('cache-control', 'no-store')
      .send(file);
  });
  await app.register(selectedPages, deps);
  await app.register(viewPages, deps);
};
