import type { Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { isReporter, reportBreach } from '../../breaches/reporting.ts';
import { Problem, problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import type { Settings } from '../../settings.ts';
import { type PageDeps, showPage } from '../console.ts';
import { type FieldError, formSchema, type Sent } from '../forms/fields.ts';
import { readForm } from '../forms/read.ts';
import { refusalIn } from './act-words.ts';
import { type Language, languageOf } from '../language/language.ts';
import { type Say, sayIn } from '../language/say.ts';
import { fieldsIn } from '../forms/spoken.ts';
import { DeviceQuery, REPORT_FIELDS, reportOf, startOf, tagErrors } from './report-form.ts';

export interface ReportPageDeps extends PageDeps {
  readonly random: Random;
  readonly wake: () => void;
  readonly settings: Pick<Settings, 'origin'>;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const sayFor = (request: FastifyRequest): Say => sayIn(languageOf(request));

const showForm = (deps: ReportPageDeps, exchange: Exchange, sent: Sent, errors: readonly FieldError[] = []) =>
  showPage(
    deps,
    exchange,
    'report-something',
    { fields: fieldsIn(REPORT_FIELDS, sayFor(exchange.request)), sent, errors },
    { section: 'report', status: errors.length > 0 ? 400 : 200 },
  );

function refused(error: unknown, language: Language): FieldError {
  if (error instanceof Problem && error.code === 'device-unknown')
    return {
      field: 'device',
      text: sayIn(language)(
        'No council device has this asset tag: check the label, or leave it empty and say which device it is in your own words',
      ),
    };
  return { field: 'description', ...refusalIn(language, error) };
}

async function take(deps: ReportPageDeps, exchange: Exchange, sent: Sent): Promise<FastifyReply> {
  const { db, clock, random, settings, wake } = deps;
  const now = clock.now();
  const say = sayFor(exchange.request);
  const { values, errors } = readForm(fieldsIn(REPORT_FIELDS, say), sent, now, say);
  const found = [...errors, ...tagErrors(values, say)];
  if (found.length > 0) return showForm(deps, exchange, sent, found);
  const told = { db, now, random, origin: settings.origin };
  let ref: string;
  try {
    ref = await reportBreach(callerOf(exchange.request), reportOf(values), told);
  } catch (error) {
    return showForm(deps, exchange, sent, [refused(error, languageOf(exchange.request))]);
  }
  wake();
  return exchange.reply.redirect(`/report/${ref}`, 303);
}

const Ref = Type.Object(
  { ref: Type.String({ pattern: '^BR-\\d{4}-\\d{6,}$', maxLength: 40 }) },
  { additionalProperties: false },
);

/** `/report`: anybody who has signed in reports something, and has its reference at once (clause 4.1). */
export const reportSomethingPages: FastifyPluginAsyncTypebox<ReportPageDeps> = async (app, deps) => {
  const config = { access: 'breaches:report' } as const;
  app.get('/report', { schema: { hide: true, querystring: DeviceQuery }, config }, (request, reply) =>
    showForm(deps, { request, reply }, startOf(request.query)),
  );
  app.post('/report', { schema: { hide: true, body: formSchema(REPORT_FIELDS) }, config }, (request, reply) =>
    take(deps, { request, reply }, request.body as Sent),
  );
  app.get('/report/:ref', { schema: { hide: true, params: Ref }, config }, async (request, reply) => {
    const { ref } = request.params;
    const caller = callerOf(request);
    if (!(await isReporter(deps.db, caller, ref)))
      throw problem('breach-unknown', 'No report of yours has this reference.');
    const model = { ref, mayRead: may(caller.role, 'breaches:read') };
    return showPage(deps, { request, reply }, 'report-sent', model, { section: 'report' });
  });
};
