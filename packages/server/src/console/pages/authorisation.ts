import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { askedOf, daysInYearOf } from '../../authorisations/asked.ts';
import {
  acceptRisks,
  approveAuthorisation,
  mayRevoke,
  refuseAuthorisation,
  revokeAuthorisation,
  withdrawAuthorisation,
} from '../../authorisations/decide.ts';
import { notReady, notTheirs, type Refusal, sameName } from '../../authorisations/lifecycle.ts';
import { PAPER_OUTCOMES } from '../../authorisations/paper.ts';
import { sayOfPaper } from '../../authorisations/paper-outcome.ts';
import { kindNamed } from '../../authorisations/kinds.ts';
import { historyOf, present } from '../../authorisations/present.ts';
import { authorisationOf } from '../../authorisations/read.ts';
import { Reference } from '../../authorisations/schema.ts';
import { type AuthorisationRow, subjectOf } from '../../authorisations/store.ts';
import { resolve } from '../../authorisations/subjects.ts';
import { recordView } from '../../audit/viewed.ts';
import { problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { languageOf } from '../language/language.ts';
import { type Phrase, sayIn } from '../language/say.ts';
import { inPlainWords, refusalIn } from './act-words.ts';
import { doneWords } from './authorisation-words.ts';

export interface ActPageDeps extends PageDeps {
  readonly random: Random;
  readonly wake: () => void;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const refusedWords = (refusal: Refusal | undefined): string | undefined =>
  refusal === undefined ? undefined : inPlainWords(refusal.detail);

/** What the caller may do with it now, and where they may not decide, why. */
async function actsOf({ db, clock }: PageDeps, caller: Caller, row: AuthorisationRow) {
  const { status, paperDueBy } = present(row, clock.now());
  const { people, person, devices } = await resolve(db, row.organisation, subjectOf(row)).catch(() => NOBODY);
  const waits = status === 'requested';
  const decides = waits && may(caller.role, 'authorisations:decide');
  const asked = decides ? await askedOf(db, row, clock.now()).catch(() => undefined) : undefined;
  const cannot = asked === undefined ? undefined : refusedWords(notTheirs(asked, caller));
  const { safetyReview = null } = asked ?? {};
  const days = waits ? await daysInYearOf(db, row, clock.now()) : null;
  const actions = safetyReview?.actionsRequired === true && safetyReview.actionsDone === undefined;
  const reviewed = actions && safetyReview !== null ? { ...safetyReview, actionsDone: '-' } : safetyReview;
  return {
    devices,
    days,
    canDecide: asked !== undefined && cannot === undefined,
    cannotDecide: cannot,
    notReady:
      asked === undefined ? undefined : refusedWords(notReady({ ...asked, safetyReview: reviewed }, clock.now())),
    asksForActions: actions,
    canAccept: waits && row.accepted_at === null && sameName(person ?? row.requested_by, caller.name),
    canWithdraw: waits && sameName(row.requested_by, caller.name),
    isForPaper: kindNamed(row.kind)?.paper !== undefined,
    canSayOfPaper: paperDueBy !== null && mayRevoke(row, people, caller),
    canRevoke: status === 'approved' && mayRevoke(row, people, caller),
  };
}
const NOBODY = { people: [], person: null, devices: [] } as const;

interface Said {
  readonly done?: string | undefined;
  readonly error?: { readonly act: string; readonly text: string; readonly english?: true } | undefined;
  readonly given?: Form;
}

async function showDesk(deps: PageDeps, exchange: Exchange, ref: string, { done, error, given = {} }: Said = {}) {
  const caller = callerOf(exchange.request);
  const row = await authorisationOf(deps.db, caller, ref);
  await recordView(deps, caller, 'authorisation-viewed', `authorisation:${ref}`);
  const model = {
    it: present(row, deps.clock.now()),
    history: { timeline: await historyOf(deps.db, row) },
    done: doneWords(done),
    error,
    given,
    acts: await actsOf(deps, caller, row),
  };
  return showPage(deps, exchange, 'authorisation', model, {
    section: 'authorisations',
    status: error === undefined ? 200 : 400,
  });
}

const Field = Type.Optional(Type.String({ maxLength: 20_000 }));
const Form = Type.Object(
  {
    version: Type.Optional(Type.String({ maxLength: 12, pattern: '^\\d+$' })),
    reason: Field,
    conditions: Field,
    actions: Field,
    outcome: Type.Optional(Type.Enum([...PAPER_OUTCOMES])),
    how: Field,
  },
  { additionalProperties: false },
);
type Form = Static<typeof Form>;

type Deps = Parameters<typeof acceptRisks>[2];
interface Given {
  readonly version: number;
  readonly reason: string;
  readonly form: Form;
}
type Act = (caller: Caller, ref: string, given: Given, deps: Deps) => Promise<void>;

const linesOf = (text = ''): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim().slice(0, 500))
    .filter((line) => line !== '')
    .slice(0, 20);

const ACTS: Readonly<Record<string, { readonly act: Act; readonly missing?: Phrase }>> = {
  approve: {
    act: (caller, ref, { version, reason, form }, deps) => {
      const actions = form.actions?.trim().slice(0, 1000) ?? '';
      return approveAuthorisation(
        caller,
        ref,
        {
          version,
          conditions: linesOf(form.conditions),
          ...(reason === '' ? {} : { reason }),
          ...(actions === '' ? {} : { actionsDone: actions }),
        },
        deps,
      );
    },
  },
  refuse: { act: refuseAuthorisation, missing: 'Enter why you are refusing this' },
  revoke: { act: revokeAuthorisation, missing: 'Enter why this ends before its time' },
  withdraw: { act: withdrawAuthorisation },
  accept: { act: (caller, ref, _given, deps) => acceptRisks(caller, ref, deps) },
  paper: {
    act: (caller, ref, { version, form: { outcome, how = '' } }, deps) => {
      if (outcome === undefined) throw problem('validation', 'Choose what became of the paper');
      const words = how.trim().slice(0, 1000);
      return sayOfPaper(caller, ref, { version, outcome, ...(words === '' ? {} : { how: words }) }, deps);
    },
  },
};

const MOST_REASON = 2000;
const pathOf = (ref: string) => `/authorisations/${encodeURIComponent(ref)}`;

/** One authorisation with its history, and the acts of a person on it. */
export const authorisationPage: FastifyPluginAsyncTypebox<ActPageDeps> = async (app, deps) => {
  const config = { access: 'authorisations:request' } as const;
  const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });
  app.get(
    '/authorisations/:ref',
    { schema: { hide: true, params: Reference, querystring: Done }, config },
    (request, reply) => showDesk(deps, { request, reply }, request.params.ref, { done: request.query.done }),
  );
  for (const [name, { act, missing }] of Object.entries(ACTS)) {
    const access = name === 'approve' || name === 'refuse' ? 'authorisations:decide' : 'authorisations:request';
    app.post(
      `/authorisations/:ref/${name}`,
      { schema: { hide: true, params: Reference, body: Form }, config: { access } },
      async (request, reply) => {
        const { body, params } = request;
        const reason = (body.reason ?? '').trim().slice(0, MOST_REASON);
        const failed = (said: { readonly text: string; readonly english?: true }) =>
          showDesk(deps, { request, reply }, params.ref, { error: { act: name, ...said }, given: body });
        const say = sayIn(languageOf(request));
        if (missing !== undefined && reason === '') return failed({ text: say(missing) });
        const given = { version: Number(body.version ?? 0) || 1, reason, form: body };
        try {
          await act(callerOf(request), params.ref, given, { db: deps.db, now: deps.clock.now(), random: deps.random });
        } catch (error) {
          return failed(refusalIn(languageOf(request), error));
        }
        deps.wake();
        return reply.redirect(linkTo(pathOf(params.ref), { done: name }), 303);
      },
    );
  }
};
