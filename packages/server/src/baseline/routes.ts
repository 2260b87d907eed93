import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { baseInForce, decideItems, readBaseline } from './baseline.ts';

const closed = { additionalProperties: false } as const;
const Decisions = Type.Object(
  {
    decisions: Type.Array(
      Type.Object(
        {
          item: Type.String({ minLength: 1, maxLength: 80, description: 'the id of an item' }),
          decision: Type.Enum(['accepted', 'refused'], { description: 'accepted or refused' }),
          reason: Type.String({ minLength: 3, maxLength: 500, description: 'why; stands in the audit log' }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  closed,
);
const tags = ['policies'];

/** `/api/v1/policies/baseline`: what is proposed, and what an officer decides about it. */
export const baselineRoutes: FastifyPluginAsyncTypebox<{ readonly db: Db; readonly clock: Clock }> = async (
  app,
  { db, clock },
) => {
  const read = async (organisation: string) =>
    readBaseline(db, organisation, await baseInForce(db, organisation, clock.now()), clock.now());
  app.get(
    '/api/v1/policies/baseline',
    {
      config: { access: 'devices:read' },
      schema: { tags, summary: 'What the devices show that a policy may come to allow, and what must be mended' },
    },
    async (request) => read(callerOf(request).organisation),
  );
  app.post(
    '/api/v1/policies/baseline',
    {
      config: { access: 'policies:write' },
      schema: {
        tags,
        summary: 'Accept or refuse proposed items; the answer has the policy that they make, to be uploaded',
        body: Decisions,
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const { items } = await read(organisation);
      await decideItems(db, items, request.body.decisions, { organisation, by: actorOf(caller), at: clock.now() });
      return read(organisation);
    },
  );
};
