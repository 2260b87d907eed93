import diagnostics from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { Access } from '../../packages/server/src/access.ts';

/** A route as the running application has it. */
export interface Endpoint {
  readonly method: string;
  /** As declared: `/api/v1/devices/:assetTag`. */
  readonly url: string;
  readonly access: Access;
  readonly bodyLimit: number | undefined;
  readonly schema: {
    readonly body?: TSchema;
    readonly querystring?: TSchema;
    readonly params?: TSchema;
    readonly hide?: boolean;
    readonly consumes?: readonly string[];
  };
}

/**
 * Every route that applications made during `work` declare: read from the framework itself, so that a new endpoint is
 * attacked without anyone adding it here.
 */
export async function watchingRoutes<T>(work: () => Promise<T>): Promise<{ made: T; endpoints: readonly Endpoint[] }> {
  const routes: RouteOptions[] = [];
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', (route) => {
      routes.push(route);
    });
  };
  diagnostics.subscribe('fastify.initialization', watch);
  try {
    const made = await work();
    return { made, endpoints: routes.flatMap(endpointsOf) };
  } finally {
    diagnostics.unsubscribe('fastify.initialization', watch);
  }
}

const endpointsOf = ({ method, url, config, bodyLimit, schema = {} }: RouteOptions): Endpoint[] =>
  [method].flat().map((one) => ({
    method: one,
    url,
    access: config?.access ?? 'public',
    bodyLimit,
    schema: schema as Endpoint['schema'],
  }));

export const nameOf = ({ method, url }: Pick<Endpoint, 'method' | 'url'>): string => `${method} ${url}`;

/** Programs are answered with problem documents, people with pages. */
export const isForPrograms = (url: string): boolean => /^\/(api|agent|health|metrics)(\/|\?|$)/.test(url);
