import { type Clock, iso, SEVERITIES } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { CaseAnswer, caseOf } from './case.ts';
import type { Viewer } from '../concealed.ts';
import { BREACH_STATUSES } from './life/states.ts';
import { type BreachView, listBreaches, placeOf, readBreach } from './read.ts';
import { nullable } from '../shapes.ts';

export const DUTIES = ['ict', 'holder'] as const;

export const BreachAnswer = Type.Object({
  ref: Type.String(),
  rule: Type.String(),
  clause: Type.String(),
  check: Type.String(),
  device: nullable(Type.String({ description: 'the asset tag' })),
  subject: Type.String(),
  status: Type.String(),
  severity: Type.String({ description: "the policy's; nobody's assessment" }),
  count: Type.Integer(),
  firstSeen: Type.String(),
  lastSeen: Type.String(),
  duty: Type.String({ description: 'whose it is to put right: ict or holder' }),
  cluster: nullable(Type.String({ description: 'the item that it is one of several of' })),
});

const WholeBreach = Type.Object({ ...BreachAnswer.properties, ...CaseAnswer });

const oneOf = (values: readonly string[]) => ({ description: `one of ${values.join(', ')}` });

const Filters = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(Type.Enum([...BREACH_STATUSES], oneOf(BREACH_STATUSES))),
    severity: Type.Optional(Type.Enum([...SEVERITIES], oneOf(SEVERITIES))),
    duty: Type.Optional(Type.Enum([...DUTIES], oneOf(DUTIES))),
    rule: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: 'the id of a rule' })),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 120, description: 'an asset tag' })),
    cluster: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: "a cluster's reference" })),
  },
  { additionalProperties: false },
);

/** A breach as the API tells it. */
export const presentBreach = (breach: BreachView): Static<typeof BreachAnswer> => ({
  ref: breach.ref,
  rule: breach.rule,
  clause: breach.clause,
  check: breach.check_name,
  device: breach.asset_tag,
  subject: breach.subject,
  status: breach.status,
  severity: breach.severity,
  count: breach.count,
  firstSeen: iso(breach.first_seen),
  lastSeen: iso(breach.last_seen),
  duty: breach.duty,
  cluster: breach.cluster_ref,
});

export const Reference = Type.Object({ ref: Type.String({ minLength: 1, maxLength: 40, description: 'a reference' }) });

/** The breach with this reference; a `breach-unknown` problem where the organisation has none. */
export async function breachOf(db: Db, viewer: Viewer, ref: string): Promise<BreachView> {
  const breach = await readBreach(db, viewer, ref);
  if (breach === undefined) throw problem('breach-unknown', 'No breach has this reference.');
  return breach;
}

/** `GET /api/v1/breaches` and `GET /api/v1/breaches/{ref}`. */
export const breachReadRoutes =
  ({ db, clock }: { readonly db: Db; readonly clock: Clock }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/breaches',
      {
        config: { access: 'breaches:read' },
        schema: {
          tags: ['breaches'],
          summary: 'List the breaches, newest first',
          querystring: Filters,
          response: { 200: pageOf(BreachAnswer) },
        },
      },
      async (request) => {
        const { cursor, limit: _, ...filter } = request.query;
        const limit = limitOf(request.query);
        const after = readCursor(cursor, ['number', 'string']);
        const rows = await listBreaches(db, callerOf(request), filter, { limit, after });
        return toPage(rows, limit, placeOf, presentBreach);
      },
    );

    app.get(
      '/api/v1/breaches/:ref',
      {
        config: { access: 'breaches:read' },
        schema: { tags: ['breaches'], summary: 'Read one breach', params: Reference, response: { 200: WholeBreach } },
      },
      async (request) => {
        const breach = await breachOf(db, callerOf(request), request.params.ref);
        return { ...presentBreach(breach), ...(await caseOf(db, breach, clock.now())) };
      },
    );
  };
