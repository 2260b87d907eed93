import { networkInterfaces } from 'node:os';
import type { FastifyRequest } from 'fastify';

const withoutMapping = (address: string) => address.replace(/^::ffff:/, '');

/**
 * Whether a request comes from the machine that the server runs on: from one of its own addresses, and through no proxy,
 * behind which anybody may be.
 */
export function isFromOwnMachine(
  request: Pick<FastifyRequest, 'headers' | 'socket'>,
  trustedProxies: readonly string[],
): boolean {
  const forwarded = ['forwarded', 'x-forwarded-for', 'via', 'x-real-ip'].some(
    (name) => request.headers[name] !== undefined,
  );
  if (forwarded || trustedProxies.length > 0) return false;
  const from = withoutMapping(request.socket.remoteAddress ?? '');
  if (from.startsWith('127.') || from === '::1') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === from));
}
