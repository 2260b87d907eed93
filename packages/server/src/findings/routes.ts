import { iso, VERDICTS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { cursorOf, limitOf, PageQuery, pageOf, readCursor } from '../pagination.ts';
import { listFindings } from './list.ts';
import type { FindingView } from './read.ts';

export const FindingAnswer = Type.Object({
  id: Type.String({ description: 'the device within the server, its generation and the sequence' }),
  device: Type.String({ description: 'the asset tag' }),
  seq: Type.Integer(),
  rule: Type.String(),
  clause: Type.String(),
  check: Type.String(),
  subject: Type.String(),
  kind: Type.String(),
  verdict: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()]),
  severity: Type.String(),
  observedAt: Type.String({ description: "when it was seen, by the device's clock" }),
  receivedAt: Type.String({ description: "when it arrived, by the server's clock" }),
  policyVersion: Type.String(),
});

const Filters = Type.Object(
  {
    ...PageQuery,
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 120, description: 'an asset tag' })),
    rule: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: 'the id of a rule' })),
    check: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'the name of a check' })),
    verdict: Type.Optional(Type.Enum([...VERDICTS], { description: `one of ${VERDICTS.join(', ')}` })),
    since: Type.Optional(
      Type.String({
        minLength: 10,
        maxLength: 40,
        description: 'a time or a day such as 2026-06-04T08:32:00Z: what the server received then or later',
      }),
    ),
  },
  { additionalProperties: false },
);

/** A finding as the API tells it. */
export const presentFinding = (finding: FindingView): Static<typeof FindingAnswer> => ({
  id: `${finding.device}.${finding.generation}.${finding.sequence}`,
  device: finding.asset_tag,
  seq: finding.sequence,
  rule: finding.rule,
  clause: finding.clause,
  check: finding.check_name,
  subject: finding.subject,
  kind: finding.kind,
  verdict: finding.verdict,
  reason: finding.reason,
  severity: finding.severity,
  observedAt: iso(finding.at),
  receivedAt: iso(finding.received_at),
  policyVersion: finding.policy_version,
});

const FORM = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A day is its first moment in UTC. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = FORM.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    const expected = 'a time or a day such as 2026-06-04T08:32:00Z';
    throw problem('validation', `since: expected ${expected}`, [{ field: 'querystring/since', expected }]);
  }
  return time;
}

/** `GET /api/v1/findings`. */
export const findingRoutes =
  ({ db }: { readonly db: Db }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/findings',
      {
        config: { access: 'findings:read' },
        schema: {
          tags: ['findings'],
          summary:
            'List the findings in the order of their arrival, newest first; where few fit, a page may have fewer than its limit and a next one all the same',
          querystring: Filters,
          response: { 200: pageOf(FindingAnswer) },
        },
      },
      async (request) => {
        const { cursor, limit: _, since, ...filter } = request.query;
        const limit = limitOf(request.query);
        const after = readCursor(cursor, ['number', 'string', 'number', 'number']);
        const { organisation } = callerOf(request);
        const { rows, next } = await listFindings(
          db,
          organisation,
          { ...filter, since: timeOf(since) },
          { limit, after },
        );
        return { items: rows.map(presentFinding), nextCursor: next && cursorOf(next) };
      },
    );
  };
