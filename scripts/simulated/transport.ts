import type { FastifyInstance } from 'fastify';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';

/** The origin of a server that is told no other port. */
export const SERVER = 'http://127.0.0.1:8420';

interface Target {
  readonly app: () => FastifyInstance;
  /** Where requests seem to come from; by itself from this machine. */
  readonly remoteAddress?: () => string;
  /** The server's origin. */
  readonly server?: string;
}

/** A transport that hands requests to the application without a socket. */
export function transportTo({ app, remoteAddress, server = SERVER }: Target): Transport {
  return {
    async send({ method, path, headers, body }) {
      const url = new URL(path, server);
      const response = await app().inject({
        method,
        url: url.pathname,
        headers: { ...headers, host: url.host },
        payload: Buffer.from(body),
        ...(remoteAddress === undefined ? {} : { remoteAddress: remoteAddress() }),
      });
      return {
        status: response.statusCode,
        headers: response.headers as Record<string, string>,
        body: response.rawPayload,
      };
    },
    close: () => Promise.resolve(),
  };
}
