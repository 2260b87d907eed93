import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { homeOf } from '../access.ts';

const MINUTE = '1 minute';

/** Guessing a password is hopeless at twenty a minute from one address; a code has 128 bits and needs no limit of its own. */
const SIGN_IN_LIMIT = { max: 20, timeWindow: MINUTE } as const;

/** Whoever sits at somebody's browser could try passwords there, to keep the account: a few in a quarter of an hour. */
const OWN_PASSWORD_LIMIT = { max: 5, timeWindow: '15 minutes' } as const;

/** Where a password or a code of six digits can be guessed. What the council's provider sends back cannot be. */
const GUESSED = new Set([
  'POST /sign-in',
  'POST /sign-in/second-factor',
  'POST /sign-in/second-factor/set-up',
  'POST /set-password/:code',
]);

const LIMITS = { anybody: 1200, session: 1200, token: 60_000, device: 600_000 } as const;

/**
 * Per caller, else per address. It counts after the caller is known: a script that sets up a fleet is not in the way of
 * the person beside it, and devices, which all come from one address behind a council's proxy, have their signatures.
 */
export async function limitRates(app: FastifyInstance): Promise<void> {
  // Before the plugin's own hook, which reads what a route declares.
  app.addHook('onRoute', (route) => {
    const name = `${String(route.method)} ${route.url}`;
    if (GUESSED.has(name)) route.config = { ...route.config, rateLimit: SIGN_IN_LIMIT };
    if (name === 'POST /password') route.config = { ...route.config, rateLimit: OWN_PASSWORD_LIMIT };
  });
  await app.register(rateLimit, {
    global: true,
    hook: 'preHandler',
    timeWindow: MINUTE,
    // Devices apart from whoever signs in from the same address: a council's return must not lock its people out.
    keyGenerator: ({ caller, ip, routeOptions }) => {
      if (caller !== null) {
        // Whoever chooses another council has no more tries for that.
        const { organisation, name } = homeOf(caller);
        return `${caller.via}:${organisation}:${name}`;
      }
      return routeOptions.config.access === 'device' ? `device:${ip}` : ip;
    },
    max: (request) => {
      if (request.routeOptions.config.access === 'device') return LIMITS.device;
      return LIMITS[request.caller?.via ?? 'anybody'];
    },
  });
}
