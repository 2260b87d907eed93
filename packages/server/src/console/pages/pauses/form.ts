import type { FastifyReply } from 'fastify';
import type { PausingDeps } from '../../../ordering/pauses/act.ts';
import { linkTo, type PageDeps, showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import type { FieldError, FormField, Sent, Values } from '../../forms/fields.ts';
import { asSent, readForm } from '../../forms/read.ts';
import { refusedAt } from '../act-words.ts';
import type { Confirm } from '../orders/device-act.ts';

export type PausePageDeps = PageDeps & PausingDeps;

export const HERE = '/pauses';

/** A question that is asked, shown once more, and then done. */
export interface PauseForm {
  readonly heading: string;
  readonly here: string;
  readonly button: string;
  readonly intro: readonly string[];
  readonly fields: readonly FormField[];
  readonly confirm: (values: Values) => Confirm | Promise<Confirm>;
  readonly run: (values: Values) => Promise<unknown>;
  /** What is said in the list then. */
  readonly done: string;
}

// The pages of what is done to one device, of which the list of pauses takes the place.
const frameOf = ({ heading, here }: PauseForm) => ({ assetTag: 'Pauses', back: HERE, heading, here });

export function showForm(
  deps: PausePageDeps,
  { request, reply }: Exchange,
  form: PauseForm,
  sent: Sent,
  errors: readonly FieldError[] = [],
): Promise<FastifyReply> {
  const { fields, button, intro } = form;
  const model = { ...frameOf(form), intro, fields, button, sent, errors };
  const status = errors.length > 0 ? 400 : 200;
  return showPage(deps, { request, reply }, 'device-act', model, { section: 'devices', status });
}

export const beginForm = (deps: PausePageDeps, exchange: Exchange, form: PauseForm, values: Values) =>
  showForm(deps, exchange, form, asSent(form.fields, values));

export async function takeForm(deps: PausePageDeps, exchange: Exchange, form: PauseForm): Promise<FastifyReply> {
  const { step, ...sent } = exchange.request.body as Sent;
  const { values, errors } = readForm(form.fields, sent, deps.clock.now());
  if (errors.length > 0 || step === 'change') return showForm(deps, exchange, form, sent, errors);
  if (step !== 'confirmed') {
    const model = { ...frameOf(form), confirm: await form.confirm(values), sent };
    return showPage(deps, exchange, 'device-act-confirm', model, { section: 'devices' });
  }
  try {
    await form.run(values);
  } catch (error) {
    return showForm(deps, exchange, form, sent, refusedAt(form.fields, error));
  }
  return exchange.reply.redirect(linkTo(HERE, { done: form.done }), 303);
}
