import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import {
  type ClusterFigures,
  clusterOf,
  openClusters,
  openRefsOf,
  presentCluster,
} from '../../breaches/clusters/read.ts';
import { actIn, type LifeAct } from '../../breaches/life/act.ts';
import { acknowledging, assigning, closing, containing, triaging } from '../../breaches/life/acts.ts';
import { TRIAGES, type Triage } from '../../breaches/life/states.ts';
import { listBreaches } from '../../breaches/read.ts';
import { inTransaction } from '../../db/transaction.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { linkTo, mayAct, type PageDeps, showPage } from '../console.ts';
import { inList } from './overview.ts';

const closed = { additionalProperties: false } as const;
const ON_A_PAGE = 25;
const MOST_LISTED = 100;
const MOST_REASON = 2000;

/** The acts of the page, each with what a person has to say for it. */
const ACTS = {
  acknowledge: { done: 'acknowledged', says: null },
  triage: { done: 'triaged', says: 'why you decide so' },
  contain: { done: 'contained', says: 'what was done to contain it' },
  assign: { done: 'assigned', says: 'whose it is' },
  close: { done: 'closed', says: 'why you are closing it' },
} as const;
type ActName = keyof typeof ACTS;

const DONE: Readonly<Record<string, string>> = {
  acknowledged: 'You have acknowledged every open breach of this item.',
  triaged: 'Your decision stands in every breach of this item that was open.',
  contained: 'What was done stands in every breach of this item that was open.',
  assigned: 'Every open breach of this item is theirs now.',
  closed: 'You have closed every breach of this item that was open.',
};

const Form = Type.Object(
  {
    act: Type.Enum(Object.keys(ACTS) as ActName[]),
    decision: Type.Optional(Type.String({ maxLength: 20 })),
    text: Type.Optional(Type.String({ maxLength: 20_000 })),
  },
  closed,
);
interface Given {
  readonly act: ActName;
  readonly decision?: string;
  readonly text?: string;
}

const isTriage = (text: string | undefined): text is Triage =>
  (TRIAGES as readonly (string | undefined)[]).includes(text);

/** What is wrong with what was filled in; undefined where nothing is. */
function mistake({ act, decision, text = '' }: Given): string | undefined {
  const { says } = ACTS[act];
  if (act === 'triage' && !isTriage(decision)) return 'Select what it is';
  if (says === null) return undefined;
  if (text.trim() === '') return `Enter ${says}`;
  const most = act === 'assign' ? 200 : MOST_REASON;
  return text.length > most
    ? `${says.slice(0, 1).toUpperCase()}${says.slice(1)} must be ${most} characters or fewer`
    : undefined;
}

function actOf({ act, decision, text = '' }: Given, now: number): LifeAct {
  const said = text.trim();
  if (act === 'triage' && isTriage(decision)) return triaging({ decision, reason: said }, now);
  if (act === 'contain') return containing({ measures: said }, now);
  if (act === 'assign') return assigning({ owner: said });
  return act === 'close' ? closing({ reason: said }) : acknowledging;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const inWords = (row: ClusterFigures) => ({ ...presentCluster(row), openedAt: row.opened_at, lastAt: row.last_at });

async function showCluster(
  deps: PageDeps,
  exchange: Exchange,
  ref: string,
  { done, error, given }: { done?: string | undefined; error?: string | undefined; given?: Given } = {},
): Promise<FastifyReply> {
  const caller = callerOf(exchange.request);
  const row = await clusterOf(deps.db, caller, ref);
  const breaches = await listBreaches(deps.db, caller, { cluster: ref, open: true }, { limit: MOST_LISTED });
  const model = {
    cluster: inWords(row),
    breaches: breaches.slice(0, MOST_LISTED).map(inList),
    whole: breaches.length <= MOST_LISTED,
    done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    error,
    given: given ?? {},
    canAct: mayAct(exchange.request) && row.open > 0,
  };
  return showPage(deps, exchange, 'cluster', model, { section: 'breaches', status: error === undefined ? 200 : 400 });
}

/** `GET /clusters` and `GET /clusters/{ref}`: several breaches of one rule and one cause, with one decision for all. */
export const clusterPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const read = { access: 'breaches:read' } as const;
  const Query = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 1000 })) }, closed);
  app.get('/clusters', { schema: { hide: true, querystring: Query }, config: read }, async (request, reply) => {
    const [after] = readCursor(request.query.cursor || undefined, ['string']) ?? [];
    const rows = await openClusters(deps.db, callerOf(request), { limit: ON_A_PAGE, after });
    const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], inWords);
    const next = nextCursor && linkTo('/clusters', { cursor: nextCursor });
    return showPage(deps, { request, reply }, 'clusters', { clusters: items, next }, { section: 'breaches' });
  });

  const Ref = Type.Object({ ref: Type.String({ minLength: 1, maxLength: 40 }) }, closed);
  const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, closed);
  app.get(
    '/clusters/:ref',
    { schema: { hide: true, params: Ref, querystring: Done }, config: read },
    (request, reply) => showCluster(deps, { request, reply }, request.params.ref, { done: request.query.done }),
  );

  app.post(
    '/clusters/:ref',
    { schema: { hide: true, params: Ref, body: Form }, config: { access: 'breaches:write' } },
    async (request, reply) => {
      const { ref } = request.params;
      const given: Given = request.body;
      const error = mistake(given);
      if (error !== undefined) return showCluster(deps, { request, reply }, ref, { error, given });
      const caller = callerOf(request);
      const now = deps.clock.now();
      const { id } = await clusterOf(deps.db, caller, ref);
      const refs = await openRefsOf(deps.db, caller, id);
      await inTransaction(deps.db, (tx) => actIn(tx, caller, refs, actOf(given, now), now, `cluster:${ref}`));
      return reply.redirect(linkTo(`/clusters/${encodeURIComponent(ref)}`, { done: ACTS[given.act].done }), 303);
    },
  );
};
