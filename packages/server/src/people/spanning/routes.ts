import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso } from '@beadle/shared';
import Type from 'typebox';
import { actOf, callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import type { PeopleDeps } from '../routes.ts';
import { listGrants, takeGrantBack } from './grants.ts';

const config = { access: 'accounts:write' } as const;
const path = '/api/v1/spanning-roles';
const Item = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['account', 'group']),
  name: Type.String({ description: 'of the account or group' }),
  from: Type.String({ description: 'whose they are' }),
  role: Type.String(),
  grantedAt: Type.String(),
  grantedBy: Type.String(),
});

/** Whoever else may act for the council: it sees them, and takes a role back. Whoever runs the server gives them. */
export const spanningRoutes: FastifyPluginAsyncTypebox<PeopleDeps> = async (app, { db, clock }) => {
  const list = Type.Object({ items: Type.Array(Item) });
  app.get(path, { config, schema: { response: { 200: list } } }, async (request) => {
    const grants = await listGrants(db, callerOf(request).organisation);
    return { items: grants.map(({ grantedAt, ...grant }) => ({ ...grant, grantedAt: iso(grantedAt) })) };
  });

  const params = Type.Object({ id: Type.String({ maxLength: 80 }) });
  const schema = { params, response: { 204: Type.Null() } };
  app.delete(`${path}/:id`, { config, schema }, async (request, reply) => {
    const act = actOf(callerOf(request), clock.now());
    if (!(await takeGrantBack(db, request.params.id, act)))
      throw problem('not-found', 'Nobody has such a role here under this id.');
    return reply.status(204).send(null);
  });
};
