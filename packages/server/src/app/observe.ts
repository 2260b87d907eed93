import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

/** One line and one measurement a request. Those of devices and probes, many and alike, are for `debug`. */
export function observeRequests(app: FastifyInstance, { requestSeconds }: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { routeOptions, method, caller, log } = request;
    const route = routeOptions.url ?? 'none';
    const status = reply.statusCode;
    if (routeOptions.config.lasts !== true || status !== 200)
      requestSeconds.observe({ method, route, status: String(status) }, reply.elapsedTime / 1000);
    const quiet =
      status !== 500 && (routeOptions.config.access === 'device' || /^\/(health|metrics|assets)\b/.test(route));
    const line = {
      method,
      route,
      status,
      milliseconds: Math.round(reply.elapsedTime),
      caller: caller?.name,
      // From where a device calls may be somebody's home (invariant 10).
      ...(routeOptions.config.access === 'device' ? {} : { ip: request.ip }),
    };
    log[quiet ? 'debug' : 'info'](line, 'request');
  });
}
