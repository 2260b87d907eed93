import type { Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { Problem, problem } from '../../errors.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { endHold, listHolds, placeHold, readHold } from '../../protection/holds.ts';
import { HOLD_KINDS, type HoldKind, HoldRef, MOST_REASON } from '../../protection/holds-schema.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { type Answers, type EntryPage, formOf, showForm, takeForm } from '../entry-form.ts';

export interface HoldPageDeps extends PageDeps {
  readonly random: Random;
}

const ON_A_PAGE = 25;
const LIST = '/legal-holds';
const config = { access: 'data-protection' } as const;
const crumbs = [
  { text: 'Settings', href: '/settings' },
  { text: 'Legal holds', href: LIST },
];

const WORDS: Readonly<Record<HoldKind, string>> = { breach: 'A breach', device: 'A device', person: 'A person' };
const HINTS: Readonly<Record<HoldKind, string>> = {
  breach: 'What it says, what it rests on and messages about it',
  device: 'All that it sent, and breaches on it',
  person: 'Their entry, the devices that they hold, and breaches that name them',
};

const placePage: EntryPage = {
  heading: 'Place a legal hold',
  section: 'settings',
  crumbs: [...crumbs, { text: 'Place one' }],
  fields: [
    {
      kind: 'radios',
      name: 'kind',
      label: 'What must be kept?',
      wrong: 'Select what must be kept',
      items: HOLD_KINDS.map((value) => ({ value, text: WORDS[value], hint: HINTS[value] })),
    },
    {
      kind: 'text',
      name: 'target',
      label: 'Which one?',
      hint: 'The reference of a breach such as BR-2026-000001, a device’s asset tag, or a person’s account',
      wrong: 'Enter a reference, an asset tag or an account that is there',
    },
    {
      kind: 'lines',
      name: 'reason',
      label: 'Why must it be kept?',
      hint: 'For example a claim, an investigation or a request under freedom of information',
      wrong: `Enter why it must be kept, in ${MOST_REASON} characters or fewer`,
    },
    {
      kind: 'date',
      name: 'until',
      label: 'Until when? (optional)',
      hint: 'The last day, if it is known. Else it holds until somebody ends it. For example, 27 3 2027',
      wrong: 'Enter a day in the future, such as 27 3 2027',
    },
  ],
  check: (body) => {
    const missing = ['kind', 'target'].filter((name) => typeof body[name] !== 'string');
    const reason = reasonOf(body);
    const wrong = [...missing, ...(reason === '' || reason.length > MOST_REASON ? ['reason'] : [])];
    const fields = wrong.map((name) => ({ field: `body.${name}`, expected: 'an answer' }));
    if (fields.length > 0) throw problem('validation', 'Something is missing.', fields);
  },
  action: LIST,
  button: 'Place the hold',
  intro:
    'Nothing that it is on is erased while it lasts, neither by time nor by request. It is recorded under your name.',
  back: LIST,
};

const reasonOf = ({ reason }: Answers): string => (Array.isArray(reason) ? reason.join('\n') : '');

/** The end of the day, by the council's clock. */
const endOf = (day: unknown): string | null =>
  typeof day === 'string'
    ? Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime('Europe/London').toInstant().toString()
    : null;

const UNKNOWN: ReadonlySet<string> = new Set(['breach-unknown', 'device-unknown', 'person-unknown']);

/** What is not there is an answer that does not fit. */
function asAnswer(error: unknown): unknown {
  if (!(error instanceof Problem) || !UNKNOWN.has(error.code)) return error;
  return problem('validation', error.message, [{ field: 'body.target', expected: 'something that is there' }]);
}

type App = Parameters<FastifyPluginAsyncTypebox<HoldPageDeps>>[0];

function placing(app: App, deps: HoldPageDeps): void {
  const { db, clock, random } = deps;
  const Text = Type.Optional(Type.String({ maxLength: 120 }));
  const querystring = Type.Object({ kind: Text, target: Text }, { additionalProperties: false });
  app.get(`${LIST}/new`, { schema: { hide: true, querystring }, config }, (request, reply) =>
    showForm(deps, { request, reply }, placePage, { form: request.query }),
  );
  app.post(LIST, { schema: { hide: true, body: formOf(placePage.fields) }, config }, (request, reply) =>
    takeForm(deps, { request, reply }, placePage, {
      async save(body) {
        const kind = HOLD_KINDS.find((one) => one === body['kind']);
        if (kind === undefined) throw problem('validation', 'kind', [{ field: 'body.kind', expected: 'a kind' }]);
        const hold = { kind, target: String(body['target']), reason: reasonOf(body), until: endOf(body['until']) };
        try {
          await placeHold(callerOf(request), hold, { db, now: clock.now(), random });
        } catch (error) {
          throw asAnswer(error);
        }
        return linkTo(LIST, { done: 'placed' });
      },
    }),
  );
}

const endPage = (ref: string, target: string): EntryPage => ({
  heading: `End the legal hold on ${target}`,
  section: 'settings',
  crumbs: [...crumbs, { text: ref }],
  fields: [
    {
      kind: 'lines',
      name: 'reason',
      label: 'Why need it not be kept any more?',
      wrong: `Enter why, in ${MOST_REASON} characters or fewer`,
    },
  ],
  check: (body) => {
    const reason = reasonOf(body);
    if (reason === '' || reason.length > MOST_REASON)
      throw problem('validation', 'Something is missing.', [{ field: 'body.reason', expected: 'an answer' }]);
  },
  action: `${LIST}/${ref}/end`,
  button: 'End the hold',
  intro: 'What is older than it is kept will be erased in the next night. It is recorded under your name.',
  back: LIST,
});

function ending(app: App, deps: HoldPageDeps): void {
  const { db, clock } = deps;
  const schema = { hide: true, params: HoldRef } as const;
  app.get(`${LIST}/:ref/end`, { schema, config }, async (request, reply) => {
    const { ref, target } = await readHold(db, callerOf(request), request.params.ref, clock.now());
    return showForm(deps, { request, reply }, endPage(ref, target), { form: {} });
  });
  const body = formOf(endPage('', '').fields);
  app.post(`${LIST}/:ref/end`, { schema: { ...schema, body }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const { ref, target } = await readHold(db, caller, request.params.ref, clock.now());
    return takeForm(deps, { request, reply }, endPage(ref, target), {
      async save(answers) {
        await endHold(caller, ref, reasonOf(answers), { db, now: clock.now() });
        return linkTo(LIST, { done: 'ended' });
      },
    });
  });
}

const DONE: Readonly<Record<string, string>> = {
  placed: 'The legal hold is in force. Nothing that it is on will be erased.',
  ended: 'The legal hold has ended.',
};

/** `/legal-holds`: what must not be erased, why, and who said so; for the Data Protection Officer and the officer. */
export const legalHoldPages: FastifyPluginAsyncTypebox<HoldPageDeps> = async (app, deps) => {
  const Field = Type.Optional(Type.String({ maxLength: 1000 }));
  const querystring = Type.Object({ done: Field, cursor: Field }, { additionalProperties: false });
  app.get(LIST, { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const { done, cursor } = request.query;
    const after = readCursor(cursor || undefined, ['string'])?.[0];
    const rows = await listHolds(deps.db, callerOf(request), { limit: ON_A_PAGE, after, now: deps.clock.now() });
    const { items, nextCursor } = toPage(
      rows,
      ON_A_PAGE,
      ({ ref }) => [ref],
      (hold) => hold,
    );
    const model = {
      holds: items,
      next: nextCursor && linkTo(LIST, { cursor: nextCursor }),
      done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    };
    return showPage(deps, { request, reply }, 'legal-holds', model, { section: 'settings' });
  });
  placing(app, deps);
  ending(app, deps);
};
