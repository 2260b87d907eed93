import type { FastifyInstance } from 'fastify';
import { type CheckInDeps, checkInRoute } from './check-in-route.ts';
import { createKeys } from './claims.ts';
import { type EffectsDeps, effectsRoute } from './effects-route.ts';
import { type StreamDeps, streamRoute } from './stream/route.ts';

export type IngestRoutesDeps = Omit<CheckInDeps & EffectsDeps & StreamDeps, 'keyOf'>;

/** Keys that are known without asking the database. */
const MOST_KEYS = 20_000;

/** Where devices report, and where they hear (docs/protocol.md). */
export async function ingestRoutes(app: FastifyInstance, deps: IngestRoutesDeps): Promise<void> {
  const claiming = { ...deps, keyOf: createKeys(deps.db, MOST_KEYS) };
  await app.register(checkInRoute, claiming);
  await app.register(effectsRoute, claiming);
  await app.register(streamRoute, claiming);
}
