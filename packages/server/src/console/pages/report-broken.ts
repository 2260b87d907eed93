import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { actorOf, callerOf } from '../../access.ts';
import { Problem } from '../../errors.ts';
import { reportRecord } from '../../helpdesk/act.ts';
import { ownRecordOf, presentRecord } from '../../helpdesk/read.ts';
import { HelpdeskRef, KINDS, MOST_DESCRIPTION } from '../../helpdesk/schema.ts';
import { may } from '../../people/permissions.ts';
import { showPage } from '../console.ts';
import type { Exchange } from '../entry-form.ts';
import { type FieldError, type FormField, formSchema, type Sent, type Values } from '../forms/fields.ts';
import { readForm } from '../forms/read.ts';
import { refusalIn } from './act-words.ts';
import { fieldsIn } from '../forms/spoken.ts';
import { type Language, languageOf } from '../language/language.ts';
import { type Phrase, sayIn } from '../language/say.ts';
import { DeviceQuery, startOf, tagErrors } from './report-form.ts';
import type { ReportPageDeps } from './report-something.ts';

const FIELDS: readonly FormField<Phrase>[] = [
  {
    name: 'kind',
    kind: 'choice',
    label: 'What is it?',
    missing: 'Choose whether something is broken or damaged',
    options: [
      { value: 'fault', text: 'Something is broken or does not work', hint: 'ICT is told.' },
      {
        value: 'damage',
        text: 'Something is damaged, for example dropped or wet',
        hint: 'ICT and the insurance officer are told.',
      },
    ],
  },
  {
    name: 'description',
    kind: 'text',
    label: 'What is wrong',
    hint: 'In your own words, for example, the screen stays dark.',
    missing: 'Enter what is wrong',
    most: MOST_DESCRIPTION,
  },
  {
    name: 'device',
    kind: 'line',
    label: 'Asset tag of the council’s device',
    hint: 'The number on its label, such as DBC-04127. Leave it empty where you do not know it.',
    most: 80,
  },
  {
    name: 'happenedAt',
    kind: 'moment',
    label: 'When it happened',
    hint: 'As well as you know, for example, 4 6 2026 and 5:15pm.',
    timeOptional: true,
  },
];

const showForm = (deps: ReportPageDeps, exchange: Exchange, sent: Sent, errors: readonly FieldError[] = []) =>
  showPage(
    deps,
    exchange,
    'report-broken',
    { fields: fieldsIn(FIELDS, sayIn(languageOf(exchange.request))), sent, errors },
    { section: 'report', status: errors.length > 0 ? 400 : 200 },
  );

function refused(error: unknown, language: Language): FieldError {
  const isDevice = error instanceof Problem && error.code === 'device-unknown';
  if (!isDevice) return { field: 'description', ...refusalIn(language, error) };
  return {
    field: 'device',
    text: sayIn(language)('No council device has this asset tag: check the label, or leave it empty'),
  };
}

/** The form asks for one of the kinds, so that there is one. */
const reportOf = ({ kind, description = '', ...rest }: Values) => ({
  kind: KINDS.find((one) => one === kind) ?? 'fault',
  description,
  ...rest,
});

/** `/report/broken`: anybody who has signed in says that something is broken or damaged (clauses 5.7 and 5.13). */
export const reportBrokenPages: FastifyPluginAsyncTypebox<ReportPageDeps> = async (app, deps) => {
  const { db, clock, random, settings, wake } = deps;
  const config = { access: 'helpdesk:report' } as const;
  app.get('/report/broken', { schema: { hide: true, querystring: DeviceQuery }, config }, (request, reply) =>
    showForm(deps, { request, reply }, startOf(request.query)),
  );
  app.post('/report/broken', { schema: { hide: true, body: formSchema(FIELDS) }, config }, async (request, reply) => {
    const [exchange, sent, now] = [{ request, reply }, request.body as Sent, clock.now()];
    const say = sayIn(languageOf(request));
    const { values, errors } = readForm(fieldsIn(FIELDS, say), sent, now, say);
    const found = [...errors, ...tagErrors(values, say)];
    if (found.length > 0) return showForm(deps, exchange, sent, found);
    let ref: string;
    try {
      ref = await reportRecord(callerOf(request), reportOf(values), { db, now, random, origin: settings.origin });
    } catch (error) {
      return showForm(deps, exchange, sent, [refused(error, languageOf(request))]);
    }
    wake();
    return reply.redirect(`/helpdesk/reported/${ref}`, 303);
  });
  app.get(
    '/helpdesk/reported/:ref',
    { schema: { hide: true, params: HelpdeskRef }, config },
    async (request, reply) => {
      const caller = callerOf(request);
      const record = presentRecord(await ownRecordOf(db, caller.organisation, actorOf(caller), request.params.ref));
      const model = { record, mayRead: may(caller.role, 'helpdesk:write') };
      return showPage(deps, { request, reply }, 'report-broken-sent', model, { section: 'report' });
    },
  );
};
