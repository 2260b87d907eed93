import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { addWorkingTime, workingCalendar } from '../../../deadlines/calendar.ts';
import { Problem } from '../../../errors.ts';
import { readOrganisation } from '../../../organisation/store.ts';
import { FACILITIES } from '../../../withdrawals/connector.ts';
import { orderWithdrawal } from '../../../withdrawals/order.ts';
import { previewWithdrawal } from '../../../withdrawals/preview.ts';
import type { PreviewStep } from '../../../withdrawals/schema.ts';
import { showPage } from '../../console.ts';
import type { Exchange, FieldError } from '../../entry-form.ts';
import { FACILITY_WORDS } from '../../withdrawal-words.ts';
import { inPlainWords } from '../act-words.ts';
import { beginningWith, chosenFacilities, OrderForm, readOrder } from './order-form.ts';
import { actDepsOf, type WithdrawalPageDeps } from './deps.ts';

const config = { access: 'withdrawals:order' } as const;
const PATH = '/withdrawals/new';
const USUAL = 'P5D';

function showOrderForm(
  deps: WithdrawalPageDeps,
  exchange: Exchange,
  form: OrderForm,
  errors: readonly FieldError[] = [],
): Promise<FastifyReply> {
  const chosen = chosenFacilities(form);
  const facilities = FACILITIES.map((value) => ({ value, ...FACILITY_WORDS[value], checked: chosen.includes(value) }));
  const status = errors.length > 0 ? 400 : 200;
  return showPage(deps, exchange, 'withdrawal-new', { form, facilities, errors }, { section: 'withdrawals', status });
}

/** Whose names, groups or breach are not there is an answer that does not fit. */
const FIELD_OF: Readonly<Record<string, string>> = { 'person-unknown': 'subjects', 'breach-unknown': 'breach' };

function errorsOf(error: unknown): FieldError[] {
  if (!(error instanceof Problem)) throw error;
  const field = FIELD_OF[error.code] ?? (error.code === 'validation' ? 'subjects' : undefined);
  if (field === undefined) throw error;
  return [{ field, text: inPlainWords(error.message) }];
}

interface Shown {
  readonly subject: string;
  readonly steps: readonly PreviewStep[];
}

const bySubject = (steps: readonly PreviewStep[]): Shown[] =>
  [...Map.groupBy(steps, ({ subject }) => subject)].map(([subject, of]) => ({ subject, steps: of }));

async function check(deps: WithdrawalPageDeps, exchange: Exchange, form: OrderForm): Promise<FastifyReply> {
  const { order } = readOrder(form, deps.clock.now());
  const preview = await previewWithdrawal(callerOf(exchange.request), order, deps);
  const people = bySubject(preview.steps);
  const dry = preview.steps.every(({ dryRun }) => dryRun);
  const model = { form, order, preview, people, dry, sent: sentAgain(form) };
  return showPage(deps, exchange, 'withdrawal-check', model, { section: 'withdrawals' });
}

const sentAgain = (form: OrderForm): { name: string; value: string }[] =>
  Object.entries(form)
    .filter(([name]) => name !== 'step')
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => ({ name, value: one })));

/** A form, then what it would change and whether that is meant, then the order itself. */
export const withdrawalOrderPages: FastifyPluginAsyncTypebox<WithdrawalPageDeps> = async (app, deps) => {
  const Given = Type.Optional(Type.String({ maxLength: 200 }));
  const querystring = Type.Object({ subject: Given, breach: Given }, { additionalProperties: false });
  app.get(PATH, { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const { settings } = await readOrganisation(deps.db, callerOf(request).organisation);
    const until = addWorkingTime(deps.clock.now(), USUAL, workingCalendar(settings.calendar));
    const { subject, breach } = request.query;
    return showOrderForm(deps, { request, reply }, beginningWith(until, subject, breach));
  });

  app.post(PATH, { schema: { hide: true, body: OrderForm }, config }, async (request, reply) => {
    const form = request.body;
    const exchange = { request, reply };
    if (form.step === 'change') return showOrderForm(deps, exchange, form);
    const { order, errors } = readOrder(form, deps.clock.now());
    if (errors.length > 0) return showOrderForm(deps, exchange, form, errors);
    try {
      if (form.step !== 'confirmed') return await check(deps, exchange, form);
      const ref = await orderWithdrawal(callerOf(request), order, actDepsOf(deps));
      deps.wake();
      return await reply.redirect(`/withdrawals/${ref}`, 303);
    } catch (error) {
      return showOrderForm(deps, exchange, form, errorsOf(error));
    }
  });
};
