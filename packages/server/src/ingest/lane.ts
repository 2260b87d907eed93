import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admission } from '../admission/admission.ts';
import { admitBy, type Release } from '../admission/hooks.ts';
import { type Claimed, claimed, type ClaimDeps } from './claims.ts';

export interface LaneDeps extends ClaimDeps {
  readonly admission: Admission;
}

interface Bodies {
  readonly mostBytes: number;
  /** Their one content type; left out where there are none. */
  readonly type?: string;
}

export interface ClaimingLane {
  /** Whose key the request names; proves nothing yet. */
  readonly claimOf: (request: FastifyRequest) => Promise<Claimed>;
  readonly release: Release;
}

/** The way in of a scope for devices: who names no device's key is refused unread. */
export function claimingLane(app: FastifyInstance, { mostBytes, type }: Bodies, deps: LaneDeps): ClaimingLane {
  const claims = new WeakMap<FastifyRequest, Claimed>();
  const release = admitBy(app, {
    admission: deps.admission,
    mostBytes,
    async nameOf(request) {
      const claim = await claimed(request, deps);
      claims.set(request, claim);
      return claim.signed.parameters.keyId;
    },
  });
  app.removeAllContentTypeParsers();
  if (type !== undefined)
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) =>
      done(null, body),
    );
  return { release, claimOf: async (request) => claims.get(request) ?? claimed(request, deps) };
}
