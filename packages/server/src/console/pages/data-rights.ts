import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { acknowledgeRights, answerRights } from '../../rights/act.ts';
import { listRights, presentWhole, rightsOf } from '../../rights/read.ts';
import { MOST_NOTE, MOST_WORDS, OUTCOMES, RightsRef, type RightsWhole } from '../../rights/schema.ts';
import { linkTo, showPage } from '../console.ts';
import type { Exchange } from '../entry-form.ts';
import { type FieldError, type FormField, formSchema, type Sent } from '../forms/fields.ts';
import { readForm } from '../forms/read.ts';
import { OUTCOME_WORDS } from '../rights-words.ts';
import { refusalWords } from './act-words.ts';
import type { ReportPageDeps } from './report-something.ts';

const ON_A_PAGE = 25;
const closed = { additionalProperties: false } as const;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object({ show: Field(20), cursor: Field(1000) }, closed);

const NOTE: FormField = {
  name: 'note',
  kind: 'text',
  label: 'What is to stand beside what is recorded',
  hint: 'Only where you uphold it. Whoever reads the device or the breach reads this, so say no more than is needed. What the device sent stays as it is.',
  missing: 'Enter what is to stand beside what is recorded',
  most: MOST_NOTE,
};

/** A correction of something that can be pointed at says what is right; what is not upheld corrects nothing. */
const fieldsOf = ({ kind, device }: Pick<RightsWhole, 'kind' | 'device'>): FormField[] => [
  {
    name: 'outcome',
    kind: 'choice',
    label: 'What you decide',
    missing: 'Choose what you decide',
    options: OUTCOMES.map((value) => ({ value, text: OUTCOME_WORDS[value] })),
  },
  {
    name: 'answer',
    kind: 'text',
    label: 'Your answer',
    hint: 'The person reads it. Say what you looked at, what you decide and why.',
    missing: 'Enter your answer',
    most: MOST_WORDS,
  },
  ...(kind === 'correction' && device !== null ? [NOTE] : []),
];
const Answer = formSchema([...fieldsOf({ kind: 'complaint', device: null }), NOTE]);

async function showList(deps: ReportPageDeps, exchange: Exchange, { show, cursor }: Static<typeof Query>) {
  const { organisation } = callerOf(exchange.request);
  const open = show === 'all' ? undefined : show !== 'answered';
  const after = readCursor(cursor || undefined, ['string'])?.[0];
  const rows = await listRights(deps.db, organisation, { open }, { limit: ON_A_PAGE, after });
  const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], presentWhole);
  const model = {
    requests: items,
    show: open === undefined ? 'all' : open ? 'open' : 'answered',
    now: deps.clock.now(),
    next: nextCursor && linkTo('/data-rights', { show, cursor: nextCursor }),
  };
  return showPage(deps, exchange, 'data-rights', model, { section: 'rights' });
}

interface Said {
  readonly sent?: Sent;
  readonly errors?: readonly FieldError[];
}

async function showOne(deps: ReportPageDeps, exchange: Exchange, ref: string, { sent = {}, errors = [] }: Said = {}) {
  const caller = callerOf(exchange.request);
  const it = presentWhole(await rightsOf(deps.db, caller.organisation, ref));
  await recordView(deps, caller, 'rights-viewed', `rights:${ref}`);
  const model = { it, fields: fieldsOf(it), sent, errors, now: deps.clock.now() };
  return showPage(deps, exchange, 'data-right', model, { section: 'rights', status: errors.length > 0 ? 400 : 200 });
}

type Work = () => Promise<void>;

/** Does it and leads back to the page, or shows the page again with why not. */
async function doing(deps: ReportPageDeps, exchange: Exchange, ref: string, sent: Sent, work: Work) {
  try {
    await work();
  } catch (error) {
    return showOne(deps, exchange, ref, { sent, errors: [{ field: 'outcome', text: refusalWords(error) }] });
  }
  deps.wake();
  return exchange.reply.redirect(`/data-rights/${ref}`, 303);
}

async function answer(deps: ReportPageDeps, exchange: Exchange, ref: string, sent: Sent): Promise<FastifyReply> {
  const { db, clock, random, settings } = deps;
  const caller = callerOf(exchange.request);
  const fields = fieldsOf(presentWhole(await rightsOf(db, caller.organisation, ref)));
  const upholds = sent['outcome']?.startsWith('upheld') === true;
  const asked = upholds ? fields : fields.filter(({ name }) => name !== 'note');
  const { values, errors } = readForm(asked, sent, clock.now());
  if (errors.length > 0) return showOne(deps, exchange, ref, { sent, errors });
  const { answer: words = '', note } = values;
  const outcome = OUTCOMES.find((one) => one === values['outcome']) ?? 'not-upheld';
  const given = { outcome, answer: words, ...(note === undefined ? {} : { note }) };
  const acting = { db, now: clock.now(), random, origin: settings.origin };
  return doing(deps, exchange, ref, sent, () => answerRights(caller, ref, given, acting));
}

/** `/data-rights`: what people complain of, object to or ask to be corrected, for the Data Protection Officer. */
export const dataRightsPages: FastifyPluginAsyncTypebox<ReportPageDeps> = async (app, deps) => {
  const { db, clock, random, settings } = deps;
  const config = { access: 'rights:answer' } as const;
  app.get('/data-rights', { schema: { hide: true, querystring: Query }, config }, (request, reply) =>
    showList(deps, { request, reply }, request.query),
  );
  app.get('/data-rights/:ref', { schema: { hide: true, params: RightsRef }, config }, (request, reply) =>
    showOne(deps, { request, reply }, request.params.ref),
  );
  const body = Type.Object({}, closed);
  app.post(
    '/data-rights/:ref/acknowledge',
    { schema: { hide: true, params: RightsRef, body }, config },
    (request, reply) => {
      const acting = { db, now: clock.now(), random, origin: settings.origin };
      const { ref } = request.params;
      return doing(deps, { request, reply }, ref, {}, () => acknowledgeRights(callerOf(request), ref, acting));
    },
  );
  app.post(
    '/data-rights/:ref/answer',
    { schema: { hide: true, params: RightsRef, body: Answer }, config },
    (request, reply) => answer(deps, { request, reply }, request.params.ref, request.body as Sent),
  );
};
