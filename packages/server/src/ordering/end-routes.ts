import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { AssetTag } from '../devices/register.ts';
import { type EndingDeps, leaveService, revokeKey } from './end-device.ts';
import { WithReason } from './schema.ts';

const closed = { additionalProperties: false } as const;
const ACTS = [
  {
    path: 'key-revocation',
    act: revokeKey,
    summary: 'Revoke the key of a device, as of one that was stolen',
    description: 'Nothing that it sends is taken from now on, and nothing can be ordered of it or lifted on it.',
  },
  {
    path: 'decommissioning',
    act: leaveService,
    summary: 'Take a device out of service for good',
    description: 'Its key ends, what restricts it is lifted, and what it sent is kept for its retention.',
  },
] as const;

/** The end of a device's key, and of its service. */
export const endRoutes: FastifyPluginAsyncTypebox<EndingDeps> = async (app, deps) => {
  for (const { path, act, ...words } of ACTS)
    app.post(
      `/api/v1/devices/:assetTag/${path}`,
      {
        config: { access: 'devices:write' },
        schema: {
          tags: ['devices'],
          ...words,
          params: Type.Object({ assetTag: AssetTag }, closed),
          body: WithReason,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await act(callerOf(request), request.params.assetTag, request.body.reason, deps);
        return reply.status(204).send(null);
      },
    );
};
