import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { limitOf, pageOf, PageQuery, readCursor, toPage } from '../pagination.ts';
import { readAnchor } from './follow.ts';
import { listActs } from './list.ts';
import { verifyAudit } from './verify.ts';

const closed = { additionalProperties: false } as const;
const Filter = Type.Optional(Type.String({ minLength: 1, maxLength: 300 }));

/** `at` in milliseconds and `detail` as text, as they are hashed, so that the chain can be verified from this list alone. */
const AuditAct = Type.Object({
  sequence: Type.Integer(),
  at: Type.String(),
  atMilliseconds: Type.Integer(),
  actor: Type.String(),
  action: Type.String(),
  target: Type.String(),
  detail: Type.String({ description: 'JSON, as it was hashed' }),
  organisation: Type.String(),
  previous: Type.String(),
  link: Type.String(),
});

const Verification = Type.Union([
  Type.Object({ intact: Type.Literal(true), count: Type.Integer(), head: Type.String() }),
  Type.Object({
    intact: Type.Literal(false),
    sequence: Type.Integer(),
    reason: Type.Enum(['missing', 'altered', 'not-as-noted']),
  }),
]);

const Noted = Type.Object(
  {
    anchor: Type.Optional(
      Type.String({ pattern: '^[1-9]\\d{0,14}:[0-9a-fA-F]{64}$', description: 'a head that was noted, SEQUENCE:LINK' }),
    ),
  },
  closed,
);

export const auditRoutes: FastifyPluginAsyncTypebox<{ readonly db: Db }> = async (app, { db }) => {
  const config = { access: 'audit:read' } as const;
  const querystring = Type.Object({ ...PageQuery, action: Filter, actor: Filter, target: Filter }, closed);

  app.get(
    '/api/v1/audit',
    { config, schema: { querystring, response: { 200: pageOf(AuditAct) } } },
    async (request) => {
      const { cursor, action, actor, target } = request.query;
      const limit = limitOf(request.query);
      const [before] = readCursor(cursor, ['number']) ?? [];
      const { organisation } = callerOf(request);
      const rows = await listActs(db, { organisation, limit: limit + 1, before, action, actor, target });
      return toPage(
        rows,
        limit,
        (row) => [row.sequence],
        ({ at, ...row }) => ({ ...row, at: iso(at), atMilliseconds: at }),
      );
    },
  );

  app.get(
    '/api/v1/audit/verification',
    { config, schema: { querystring: Noted, response: { 200: Verification } } },
    async (request) => {
      const anchor = readAnchor(request.query.anchor ?? '');
      return verifyAudit(db, callerOf(request).organisation, anchor === undefined ? [] : [anchor]);
    },
  );
};
