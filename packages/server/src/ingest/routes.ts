import type { FastifyInstance } from 'fastify';
import { type CheckInDeps, checkInRoute } from './check-in-route.ts';
import { togetherOn } from '../db/together.ts';
import { createKeys } from './claims.ts';
import { type EffectsDeps, effectsRoute } from './effects-route.ts';
import { type StreamDeps, streamRoute } from './stream/route.ts';

export type IngestRoutesDeps = Omit<CheckInDeps & EffectsDeps & StreamDeps, 'keyOf' | 'together'>;

/** Keys that are known without asking the database. */
const MOST_KEYS = 20_000;

/** Where devices report, and where they hear (docs/protocol.md). */
export async function ingestRoutes(app: FastifyInstance, deps: IngestRoutesDeps): Promise<void> {
  const { db } = deps;
  const claiming = { ...deps, keyOf: createKeys(db, MOST_KEYS), together: togetherOn(db) };
  await app.register(checkInRoute, claiming);
  await app.register(effectsRoute, claiming);
  await app.register(streamRoute, claiming);
}
