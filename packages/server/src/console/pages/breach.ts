import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { actOn } from '../../breaches/life/act.ts';
import { acknowledging } from '../../breaches/life/acts.ts';
import { Reference } from '../../breaches/read-routes.ts';
import type { BreachReport } from '../../breaches/report-document.ts';
import { reportOn } from '../../breaches/report-read.ts';
import type { Db } from '../../db/database.ts';
import { personOfHolder } from '../../people/holder.ts';
import { may } from '../../people/permissions.ts';
import { readOrganisation } from '../../organisation/store.ts';
import { linkTo, mayAct, type PageDeps, showPage } from '../console.ts';
import { actPages } from './desk/act-pages.ts';
import { DESK_ACTS, linksFor } from './desk/acts.ts';
import { type DeskCase, type DeskDeps, type Exchange, mayBe, openCase, pathOf } from './desk/desk-case.ts';
import { encryptionWords } from './desk/encryption.ts';
import { nextStepWords } from './desk/next-step.ts';

/** What the page says after an act, by the word in its address. */
const DONE: Readonly<Record<string, string>> = {
  acknowledged: 'You have acknowledged this breach. It is recorded under your name.',
  ...Object.fromEntries(DESK_ACTS.map(({ name, done }) => [name, done])),
};

/** What is known about a breach that somebody has before them. */
async function reportOf({ db, clock }: PageDeps, { caller, breach }: DeskCase): Promise<BreachReport> {
  const { name, settings } = await readOrganisation(db, caller.organisation);
  return reportOn(db, breach, { marking: settings.marking, council: name, now: clock.now() });
}

/** The authorisation by which the device last kept to the rule, where that is how the breach ended. */
function excuseOf({ status, timeline }: BreachReport): string | undefined {
  const detail = status === 'restored' ? timeline.find(({ type }) => type === 'restored')?.detail : undefined;
  if (typeof detail !== 'object' || detail === null || !('authorisation' in detail)) return undefined;
  return typeof detail.authorisation === 'string' ? detail.authorisation : undefined;
}

const canAcknowledge = (it: DeskCase, request: FastifyRequest) =>
  mayAct(request) && it.it.acknowledgedAt === null && it.it.endedAt === null && mayBe(it, 'acknowledge');

/** What is to be done, the most pressing first, and whether the caller may end it. */
const actionsOf = ({ it, now, breach }: DeskCase, mayEnd: boolean) =>
  it.actions
    .map((action) => ({
      ...action,
      state: action.outcome ?? (Date.parse(action.due) < now ? 'overdue' : 'open'),
      href: mayEnd && action.endedAt === null ? `${pathOf(breach.ref)}/actions/${action.id}/end` : undefined,
    }))
    .toSorted((one, other) => Number(one.endedAt !== null) - Number(other.endedAt !== null));

/** Whose access is most likely meant: the account of whoever holds the device. */
async function accountOfHolder(db: Db, organisation: string, holder: string | null): Promise<string | undefined> {
  const person = holder === null ? undefined : await personOfHolder(db, organisation, holder);
  return person === undefined || person === 'many' ? undefined : person.account;
}

async function showDesk(deps: DeskDeps, exchange: Exchange, ref: string, done?: string): Promise<FastifyReply> {
  const { request } = exchange;
  const it = await openCase(deps, request, ref);
  const report = await reportOf(deps, it);
  const links = linksFor(it);
  const acknowledges = canAcknowledge(it, request);
  const model = {
    report,
    case: it.it,
    cluster: it.breach.cluster_ref,
    desk: pathOf(it.breach.ref),
    next: nextStepWords(it, links),
    encryption: it.breach.kind === 'person' && it.breach.device !== null ? await encryptionWords(deps, it) : [],
    actions: actionsOf(it, mayAct(request) && it.it.endedAt === null),
    links,
    excuse: excuseOf(report),
    done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    canAcknowledge: acknowledges,
    canNothing: !acknowledges && links.length === 0,
    mayWithdraw: may(callerOf(request).role, 'withdrawals:order'),
    maySeize: may(callerOf(request).role, 'exhibits:write'),
    withdrawFrom: await accountOfHolder(deps.db, callerOf(request).organisation, report.device?.holder ?? null),
  };
  return showPage(deps, exchange, 'breach', model, { section: 'breaches' });
}

const Form = Type.Object({}, { additionalProperties: false });
const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** The desk of one breach, its report, and the acts of a person on it. */
export const breachPage: FastifyPluginAsyncTypebox<DeskDeps> = async (app, deps) => {
  const read = { access: 'breaches:read' } as const;
  app.get(
    '/breaches/:ref',
    { schema: { hide: true, params: Reference, querystring: Done }, config: read },
    (request, reply) => showDesk(deps, { request, reply }, request.params.ref, request.query.done),
  );

  app.post(
    '/breaches/:ref/acknowledge',
    { schema: { hide: true, params: Reference, body: Form }, config: { access: 'breaches:write' } },
    async (request, reply) => {
      const { ref } = request.params;
      await actOn(callerOf(request), [ref], acknowledging, { db: deps.db, now: deps.clock.now() });
      return reply.redirect(linkTo(pathOf(ref), { done: 'acknowledged' }), 303);
    },
  );
  await app.register(actPages, deps);
};
