import type { FastifyReply } from 'fastify';
import { type PageDeps, showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import type { FieldError, FormField, Sent, Values } from '../../forms/fields.ts';
import { asSent, readForm } from '../../forms/read.ts';
import { refusedAt } from '../act-words.ts';

/** What is asked once more before it is done. */
export interface Confirm {
  readonly heading: string;
  readonly warnings: readonly string[];
  /** What it means, before what was entered. */
  readonly summary: readonly { readonly label: string; readonly text: string }[];
  readonly button: string;
}

/** Something that is asked, confirmed where it must be, and done. */
export interface ActForm {
  /** Where it stands: the asset tag, or what takes its place; where the form is sent to; and the page that it is left for. */
  readonly frame: {
    readonly assetTag: string;
    readonly heading: string;
    readonly here: string;
    readonly back: string;
  };
  readonly intro: readonly string[];
  readonly fields: readonly FormField[];
  readonly button: string;
  /** Undefined: it is done at once. */
  readonly confirm?: ((values: Values) => Confirm | Promise<Confirm>) | undefined;
  /** Does it, and answers. */
  readonly run: (values: Values) => Promise<FastifyReply>;
}

function showForm(
  deps: PageDeps,
  exchange: Exchange,
  { frame, intro, fields, button }: ActForm,
  sent: Sent,
  errors: readonly FieldError[] = [],
): Promise<FastifyReply> {
  const model = { ...frame, intro, fields, button, sent, errors };
  return showPage(deps, exchange, 'device-act', model, { section: 'devices', status: errors.length > 0 ? 400 : 200 });
}

/** The form as it begins. */
export const beginAct = (deps: PageDeps, exchange: Exchange, form: ActForm, given: Values): Promise<FastifyReply> =>
  showForm(deps, exchange, form, asSent(form.fields, given));

/** Asks once more, does it, or shows the form again with what is wrong; a fault of the server goes on. */
export async function takeAct(deps: PageDeps, exchange: Exchange, form: ActForm): Promise<FastifyReply> {
  const { step, ...sent } = exchange.request.body as Sent;
  const { values, errors } = readForm(form.fields, sent, deps.clock.now());
  if (errors.length > 0 || step === 'change') return showForm(deps, exchange, form, sent, errors);
  if (form.confirm !== undefined && step !== 'confirmed') {
    const model = { ...form.frame, confirm: await form.confirm(values), sent };
    return showPage(deps, exchange, 'device-act-confirm', model, { section: 'devices' });
  }
  try {
    return await form.run(values);
  } catch (error) {
    return showForm(deps, exchange, form, sent, refusedAt(form.fields, error));
  }
}
