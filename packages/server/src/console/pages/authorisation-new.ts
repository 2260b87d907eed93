import { iso, POPULATIONS, startOfDay } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { callerOf } from '../../access.ts';
import { kindsNow } from '../../authorisations/demands.ts';
import { listIncidents } from '../../authorisations/incidents.ts';
import { seesAll } from '../../authorisations/read.ts';
import { requestAuthorisation } from '../../authorisations/request.ts';
import { Request } from '../../authorisations/schema.ts';
import { DAY_PARTS, dateOf } from '../dates.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import type { FieldError } from '../forms/fields.ts';
import { languageOf } from '../language/language.ts';
import { type Phrase, sayIn } from '../language/say.ts';
import { DeviceQuery } from './report-form.ts';
import { refusalIn } from './act-words.ts';
import type { ActPageDeps } from './authorisation.ts';
import { PAPER_ERRORS, paperFields, paperIn } from './paper-fields.ts';

const Field = Type.Optional(Type.String({ maxLength: 20_000 }));
const DATES = ['from', 'to', 'review', 'signed'] as const;
const dateFields = Object.fromEntries(DATES.flatMap((name) => DAY_PARTS.map((part) => [`${name}-${part}`, Field])));
const Form = Type.Object(
  {
    key: Field,
    kind: Field,
    for: Field,
    subject: Field,
    purpose: Field,
    risks: Field,
    accepted: Field,
    sticks: Field,
    encrypted: Field,
    printers: Field,
    software: Field,
    countries: Field,
    incident: Field,
    actions: Field,
    ...dateFields,
    ...paperFields,
  },
  { additionalProperties: false },
);
type Form = Readonly<Record<string, string | undefined>> & Static<typeof Form>;

const entries = (text = ''): string[] =>
  text
    .split(/[\r\n,]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

const listed = (name: string, text: string | undefined) =>
  entries(text).length === 0 ? {} : { [name]: entries(text) };

function subjectOf({ for: whom, subject = '' }: Form, name: string) {
  const text = subject.trim();
  if (whom === 'device') return { devices: entries(text) };
  if (whom === 'group') return { group: text };
  if (whom === 'population') return { population: text };
  return { person: whom === 'person' ? text : name };
}

const ERRORS: readonly (readonly [field: string, isMissing: (form: Form) => boolean, text: Phrase])[] = [
  ['kind', ({ kind }) => !kind, 'Choose what you need'],
  ['subject', ({ for: whom = 'me', subject }) => whom !== 'me' && !subject?.trim(), 'Enter whom or what it is for'],
  ['purpose', ({ purpose }) => !purpose?.trim(), 'Enter what it is needed for'],
  ['to-day', (form) => !dateOf(form, 'to'), 'Enter the last day, such as 24 12 2026'],
  ['from-day', (form) => dateOf(form, 'from') === null, 'Enter the first day as a real date, or leave it empty'],
  ['review-day', (form) => dateOf(form, 'review') === null, 'Enter the day of the review as a real date'],
  ['signed-day', (form) => dateOf(form, 'signed') === null, 'Enter the day of the signature as a real date'],
  ...PAPER_ERRORS,
  ['risks', ({ risks }) => !risks?.trim(), 'Enter the risks'],
];

/** The end of the last day is the beginning of the next one, on the council's clock. */
const dayAfter = (date: string): number => startOfDay(Temporal.PlainDate.from(date).add({ days: 1 }).toString());

/** The form as a request; what is wrong with it is for the schema and the act to say. */
function requestOf(form: Form, name: string, now: number): unknown {
  const [from, to, review, signed] = [
    dateOf(form, 'from'),
    dateOf(form, 'to'),
    dateOf(form, 'review'),
    dateOf(form, 'signed'),
  ];
  const begins = from ? startOfDay(from) : now;
  return {
    kind: form.kind,
    subject: subjectOf(form, name),
    scope: {
      ...listed('sticks', form.sticks),
      ...(form.encrypted === 'yes' ? { encryptedOnly: true } : {}),
      ...listed('printers', form.printers),
      ...listed('software', form.software),
      ...listed('countries', form.countries?.toUpperCase()),
    },
    purpose: form.purpose?.trim(),
    risks: form.risks?.trim(),
    ...(signed ? { acceptedOn: signed } : form.accepted === 'yes' ? { accepted: true } : {}),
    // What begins today begins now.
    validFrom: iso(begins <= now && now < begins + 86_400_000 ? now : begins),
    validTo: iso(to ? dayAfter(to) : now),
    ...(form.incident ? { incident: form.incident } : {}),
    ...(review ? { safetyReview: { reviewedOn: review, actionsRequired: form.actions === 'yes' } } : {}),
    ...paperIn(form),
    ...(form.key ? { requestKey: form.key } : {}),
  };
}

async function modelOf(
  { db, clock }: PageDeps,
  caller: Parameters<typeof seesAll>[0] & { organisation: string; name: string },
) {
  const incidents = await listIncidents(db, caller.organisation, { limit: 50, open: true });
  return {
    kinds: await kindsNow(db, caller.organisation, clock.now()),
    forOthers: seesAll(caller),
    name: caller.name,
    populations: POPULATIONS,
    incidents: incidents.map(({ ref, title }) => ({ ref, title })),
  };
}

/** An empty form, for the caller or for the device that a link names. */
const startOf = (device: string | undefined, key: string) => ({
  ...(device === undefined ? { for: 'me' } : { for: 'device', subject: device }),
  encrypted: 'yes',
  key,
});

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function take(deps: ActPageDeps, exchange: Exchange, form: Form): Promise<FastifyReply> {
  const { db, clock, random, wake } = deps;
  const { request, reply } = exchange;
  const [caller, say] = [callerOf(request), sayIn(languageOf(request))];
  const failed = async (errors: readonly FieldError[]) => {
    const model = { ...(await modelOf(deps, caller)), form, errors };
    return showPage(deps, exchange, 'authorisation-new', model, { section: 'authorisations', status: 400 });
  };
  const missing = ERRORS.filter(([, isMissing]) => isMissing(form));
  if (missing.length > 0) return failed(missing.map(([field, , text]) => ({ field, text: say(text) })));
  const asked = requestOf(form, caller.name, clock.now());
  const odd = 'Check what you entered: something is too long, or of another form than is asked for';
  if (!Value.Check(Request, asked)) return failed([{ field: 'kind', text: say(odd) }]);
  try {
    const { ref } = await requestAuthorisation(caller, asked, { db, now: clock.now(), random });
    wake();
    return await reply.redirect(linkTo(`/authorisations/${ref}`, { done: 'asked' }), 303);
  } catch (error) {
    return failed([{ field: 'kind', ...refusalIn(languageOf(request), error) }]);
  }
}

/** `/authorisations/new`: the request, with the risks and their acceptance. */
export const newAuthorisationPage: FastifyPluginAsyncTypebox<ActPageDeps> = async (app, deps) => {
  const config = { access: 'authorisations:request' } as const;
  const schema = { hide: true, querystring: DeviceQuery };
  app.get('/authorisations/new', { schema, config }, async (request, reply) => {
    const form = startOf(request.query.device, Buffer.from(deps.random.bytes(12)).toString('hex'));
    const model = { ...(await modelOf(deps, callerOf(request))), form, errors: [] };
    return showPage(deps, { request, reply }, 'authorisation-new', model, { section: 'authorisations' });
  });
  app.post('/authorisations/new', { schema: { hide: true, body: Form }, config }, (request, reply) =>
    take(deps, { request, reply }, request.body as Form),
  );
};
