import { iso } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { actorOf, type Caller, callerOf } from '../../../access.ts';
import { may } from '../../../people/permissions.ts';
import { decideWithdrawal } from '../../../withdrawals/decide.ts';
import { isDry, presentStep, presentWithdrawal } from '../../../withdrawals/present.ts';
import { eventsOf, readSteps, readWithdrawal, type WithdrawalRow } from '../../../withdrawals/read.ts';
import { restoreWithdrawal } from '../../../withdrawals/restore.ts';
import { maySayByHand, sayDoneByHand } from '../../../withdrawals/said-by-hand.ts';
import { MOST_REASON, StepRef, WithdrawalRef } from '../../../withdrawals/schema.ts';
import { showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import { refusalWords } from '../act-words.ts';
import { actDepsOf, type WithdrawalPageDeps } from './deps.ts';

const PATH = '/withdrawals/:ref';
const WATCHED_EVERY_SECONDS = 3;
const MOST_EVENTS = 200;
const reading = { access: 'withdrawals:read' } as const;
const ordering = { access: 'withdrawals:order' } as const;
const deciding = { access: 'withdrawals:decide' } as const;
const Why = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 20_000 })) }, { additionalProperties: false });

/** What whoever looks may do with it now. */
const actsFor = (caller: Caller, row: WithdrawalRow) => ({
  mayDecide:
    row.status === 'awaiting-approval' &&
    may(caller.role, 'withdrawals:decide') &&
    row.requested_by !== actorOf(caller),
  mayRestore: row.status === 'ordered' && may(caller.role, 'withdrawals:order'),
  mayAct: may(caller.role, 'withdrawals:order'),
});

/** In progress: the page is worth looking at again. */
const isMoving = (standing: string): boolean => ['running', 'needs-person', 'restoring'].includes(standing);

interface Said {
  readonly error?: { readonly field: string; readonly text: string };
  readonly watch?: boolean;
}

async function show(deps: WithdrawalPageDeps, exchange: Exchange, ref: string, { error, watch = false }: Said = {}) {
  const caller = callerOf(exchange.request);
  const row = await readWithdrawal(deps.db, caller, ref);
  const stepRows = await readSteps(deps.db, row);
  const it = presentWithdrawal(row);
  const steps = stepRows.map((step) => ({
    ...presentStep(row, step, deps.connectors),
    waitsForPerson: maySayByHand(step, step.trouble),
  }));
  const moving = isMoving(it.status);
  // Only where it was asked for: a page that moves by itself disturbs whoever reads it aloud (WCAG 2.2.1).
  if (watch && moving) void exchange.reply.header('refresh', String(WATCHED_EVERY_SECONDS));
  const model = {
    it,
    people: [...Map.groupBy(steps, ({ subject }) => subject)].map(([subject, of]) => ({ subject, steps: of })),
    nothing: stepRows.every((step) => isDry(row, step, deps.connectors)),
    events: (await eventsOf(deps.db, row))
      .slice(-MOST_EVENTS)
      .toReversed()
      .map((event) => ({
        ...event,
        at: iso(event.at),
        detail: JSON.parse(event.detail) as unknown,
        step: steps.find(({ id }) => id === event.step),
      })),
    moving,
    watch: watch && moving,
    error,
    ...actsFor(caller, row),
  };
  return showPage(deps, exchange, 'withdrawal', model, {
    section: 'withdrawals',
    status: error === undefined ? 200 : 400,
  });
}

type App = Parameters<FastifyPluginAsyncTypebox<WithdrawalPageDeps>>[0];

/** One act that is asked why: shown again with what is wrong, or done. */
async function act(
  deps: WithdrawalPageDeps,
  exchange: Exchange,
  { ref, field, reason }: { readonly ref: string; readonly field: string; readonly reason: string | undefined },
  doing: (why: string) => Promise<void>,
): Promise<FastifyReply> {
  const why = reason?.trim() ?? '';
  const failed = (text: string) => show(deps, exchange, ref, { error: { field, text } });
  if (why === '' || why.length > MOST_REASON) return failed(`Enter why, in ${MOST_REASON} characters or fewer`);
  try {
    await doing(why);
  } catch (error) {
    return failed(refusalWords(error));
  }
  deps.wake();
  return exchange.reply.redirect(`/withdrawals/${ref}`, 303);
}

function acting(app: App, deps: WithdrawalPageDeps): void {
  const schema = { hide: true, params: WithdrawalRef, body: Why } as const;
  for (const [path, outcome] of [
    ['approval', 'approved'],
    ['refusal', 'refused'],
  ] as const)
    app.post(`${PATH}/${path}`, { schema, config: deciding }, (request, reply) => {
      const { ref } = request.params;
      return act(
        deps,
        { request, reply },
        { ref, field: outcome === 'approved' ? 'decision' : 'refusal', reason: request.body.reason },
        (reason) => decideWithdrawal(callerOf(request), ref, { outcome, reason }, actDepsOf(deps)),
      );
    });
  app.post(`${PATH}/restoration`, { schema, config: ordering }, (request, reply) => {
    const { ref } = request.params;
    return act(deps, { request, reply }, { ref, field: 'restore', reason: request.body.reason }, (reason) =>
      restoreWithdrawal(callerOf(request), ref, reason, actDepsOf(deps)),
    );
  });
  const byHand = { hide: true, params: StepRef, body: Why } as const;
  app.post(`${PATH}/steps/:step/by-hand`, { schema: byHand, config: ordering }, (request, reply) => {
    const { ref, step } = request.params;
    return act(deps, { request, reply }, { ref, field: `how-${step}`, reason: request.body.reason }, (how) =>
      sayDoneByHand(callerOf(request), { ref, step, how }, actDepsOf(deps)),
    );
  });
}

/** One withdrawal with each of its steps, and what can be done with it. */
export const withdrawalOnePages: FastifyPluginAsyncTypebox<WithdrawalPageDeps> = async (app, deps) => {
  const querystring = Type.Object({ watch: Type.Optional(Type.Literal('yes')) }, { additionalProperties: false });
  app.get(PATH, { schema: { hide: true, params: WithdrawalRef, querystring }, config: reading }, (request, reply) =>
    show(deps, { request, reply }, request.params.ref, { watch: request.query.watch === 'yes' }),
  );
  acting(app, deps);
};
