import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { POPULATIONS } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import { baseInForce, readBaseline } from './baseline.ts';
import { type DecideDeps, decideItems } from './decide.ts';

const closed = { additionalProperties: false } as const;
const Decisions = Type.Object(
  {
    decisions: Type.Array(
      Type.Object(
        {
          item: Type.String({ minLength: 1, maxLength: 80, description: 'the id of an item' }),
          decision: Type.Enum(['accepted', 'refused'], { description: 'accepted or refused' }),
          reason: Type.String({ minLength: 3, maxLength: 500, description: 'why; stands in the audit log' }),
          holder: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 200,
              pattern: '^[^\\u0000-\\u001f\\u007f]+$',
              description: 'who holds the device, where the item is one of toBeRecorded.holders',
            }),
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  closed,
);
const tags = ['policies'];

const Query = Type.Object(
  {
    population: Type.Optional(
      Type.Enum([...POPULATIONS], { description: `of the policy for one of ${POPULATIONS.join(', ')}` }),
    ),
  },
  closed,
);

/** `/api/v1/policies/baseline`: what is proposed, and what an officer decides about it. */
export const baselineRoutes: FastifyPluginAsyncTypebox<DecideDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const read = async (organisation: string, { population }: Static<typeof Query>) =>
    readBaseline(db, organisation, await baseInForce(db, organisation, clock.now(), population), clock.now());
  app.get(
    '/api/v1/policies/baseline',
    {
      config: { access: 'devices:read' },
      schema: {
        tags,
        summary: 'What the devices show that a policy may come to allow, and what must be mended',
        querystring: Query,
      },
    },
    async (request) => read(callerOf(request).organisation, request.query),
  );
  app.post(
    '/api/v1/policies/baseline',
    {
      config: { access: 'policies:write' },
      schema: {
        tags,
        summary:
          'Accept or refuse proposed items: sticks, printers and holders go into the registers; the answer has the policy that the rest makes, to be uploaded',
        querystring: Query,
        body: Decisions,
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await decideItems(deps, caller, await read(caller.organisation, request.query), request.body.decisions);
      return read(caller.organisation, request.query);
    },
  );
};
