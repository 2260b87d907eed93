import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Readable } from 'node:stream';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { Account } from '../registers/person-answer.ts';
import { Text } from '../shapes.ts';
import { erasePerson } from './erasure.ts';
import { exportPerson } from './export.ts';
import { MOST_REASON } from './holds-schema.ts';
import type { ProtectionDeps } from './holds-routes.ts';

const tags = ['data protection'];
const config = { access: 'data-protection' } as const;
const params = Type.Object({ account: Account }, { additionalProperties: false });

const Erasure = Type.Object({ reason: Text(MOST_REASON, 'why') }, { additionalProperties: false });
const ErasedAnswer = Type.Object({
  pseudonym: Type.String({ description: 'what stands where the person was named' }),
  findings: Type.Integer({ description: 'how many findings’ content is gone' }),
  rows: Type.Integer({ description: 'how many entries name the person no more' }),
  left: Type.Array(Type.String(), { description: 'asset tags whose findings stay: somebody else has held them, too' }),
});

/** What is held about one person: all of it to be given to them, or erased. */
export const personProtectionRoutes: FastifyPluginAsyncTypebox<ProtectionDeps> = async (app, { db, clock }) => {
  const give = {
    tags,
    summary: 'All that is held about a person, which is on record: one JSON document',
    params,
    response: { 200: { content: { 'application/json': { schema: Type.Any() } } } },
  };
  app.get('/api/v1/people/:account/export', { config, schema: give }, async (request, reply) => {
    const told = await exportPerson(callerOf(request), request.params.account, { db, now: clock.now() });
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="what-is-held.json"')
      .send(Readable.from(told));
  });
  const erase = {
    tags,
    summary: 'Erase a person, unless a legal hold or something open keeps them',
    params,
    body: Erasure,
    response: { 200: ErasedAnswer },
  };
  app.post('/api/v1/people/:account/erasure', { config, schema: erase }, async (request) => {
    const asked = { account: request.params.account, reason: request.body.reason };
    const { left, ...done } = await erasePerson(callerOf(request), asked, { db, now: clock.now() });
    return { ...done, left: [...left] };
  });
};
