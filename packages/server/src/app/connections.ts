import { getHeapStatistics } from 'node:v8';
import type { FastifyUnderPressureOptions } from '@fastify/under-pressure';
import type { Limits } from '../limits.ts';

/** How often Node looks for connections that are past their time. */
const LOOK_EVERY_MS = 5_000;
/** After so many requests a connection is made anew, so that a proxy's few do not live for ever. */
const REQUESTS_OF_A_CONNECTION = 10_000;

/** No connection costs anything for longer than it has something to say, however slowly it is made to say it. */
export const serverOptions = ({ headersMs, bodyMs, idleMs }: Limits) => ({
  /** Headers and body together. */
  requestTimeout: headersMs + bodyMs,
  /** Ends a connection on which nothing moves, be it that its client does not read its answer. */
  connectionTimeout: idleMs,
  keepAliveTimeout: idleMs,
  maxRequestsPerSocket: REQUESTS_OF_A_CONNECTION,
  http: {
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, Math.ceil(headersMs / 2)),
  },
});

/**
 * The last line: whatever fills the heap or keeps the process from its sockets, devices are sent away then, who come
 * again and lose nothing; people and probes are answered as well as can be.
 */
export const PRESSURE: FastifyUnderPressureOptions = {
  maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * 0.8),
  maxEventLoopDelay: 1_000,
  pressureHandler: () => undefined,
};
