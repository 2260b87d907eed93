import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { actOn } from '../../breaches/life/act.ts';
import { acknowledging, closing } from '../../breaches/life/acts.ts';
import { Reference } from '../../breaches/read-routes.ts';
import type { BreachReport } from '../../breaches/report-document.ts';
import { readReport } from '../../breaches/report-routes.ts';
import { linkTo, mayAct, type PageDeps, showPage } from '../console.ts';

const MOST_REASON = 2000;

/** What the page says after an act, by the word in its address. */
const DONE: Readonly<Record<string, string>> = {
  acknowledged: 'You have acknowledged this breach. It is recorded under your name.',
  closed: 'You have closed this breach. Your reason is in its timeline.',
};

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The authorisation by which the device last kept to the rule, where that is how the breach ended. */
function excuseOf({ status, timeline }: BreachReport): string | undefined {
  const detail = status === 'restored' ? timeline.find(({ type }) => type === 'restored')?.detail : undefined;
  if (typeof detail !== 'object' || detail === null || !('authorisation' in detail)) return undefined;
  return typeof detail.authorisation === 'string' ? detail.authorisation : undefined;
}

interface Desk {
  readonly done?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
}

async function showDesk(
  deps: PageDeps,
  exchange: Exchange,
  ref: string,
  { done, error, reason = '' }: Desk = {},
): Promise<FastifyReply> {
  const { report } = await readReport(deps, callerOf(exchange.request), ref, 'breach-viewed');
  const may = mayAct(exchange.request);
  const model = {
    report,
    excuse: excuseOf(report),
    done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    error,
    reason,
    canAcknowledge: may && report.acknowledgedAt === null && report.status !== 'closed',
    canClose: may && report.status !== 'closed',
  };
  return showPage(deps, exchange, 'breach', model, { section: 'breaches', status: error === undefined ? 200 : 400 });
}

const pathOf = (ref: string) => `/breaches/${encodeURIComponent(ref)}`;

const Form = Type.Object({}, { additionalProperties: false });
const CloseForm = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 20_000 })) },
  { additionalProperties: false },
);

function reasonProblem(reason: string): string | undefined {
  if (reason === '') return 'Enter why you are closing this breach';
  return reason.length > MOST_REASON
    ? `Why you are closing this breach must be ${MOST_REASON} characters or fewer`
    : undefined;
}

/** The desk of one breach, and the acts of a person on it. */
export const breachPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const read = { access: 'breaches:read' } as const;
  const write = { access: 'breaches:write' } as const;
  const actDeps = () => ({ db: deps.db, now: deps.clock.now() });

  const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });
  app.get(
    '/breaches/:ref',
    { schema: { hide: true, params: Reference, querystring: Done }, config: read },
    (request, reply) => showDesk(deps, { request, reply }, request.params.ref, { done: request.query.done }),
  );

  app.post(
    '/breaches/:ref/acknowledge',
    { schema: { hide: true, params: Reference, body: Form }, config: write },
    async (request, reply) => {
      await actOn(callerOf(request), [request.params.ref], acknowledging, actDeps());
      return reply.redirect(linkTo(pathOf(request.params.ref), { done: 'acknowledged' }), 303);
    },
  );

  app.post(
    '/breaches/:ref/close',
    { schema: { hide: true, params: Reference, body: CloseForm }, config: write },
    async (request, reply) => {
      const reason = (request.body.reason ?? '').trim();
      const error = reasonProblem(reason);
      if (error !== undefined) return showDesk(deps, { request, reply }, request.params.ref, { error, reason });
      await actOn(callerOf(request), [request.params.ref], closing({ reason }), actDeps());
      return reply.redirect(linkTo(pathOf(request.params.ref), { done: 'closed' }), 303);
    },
  );
};
