import type { FastifyReply } from 'fastify';
import { type PageDeps, showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import type { FieldError, FormField, Sent, Values } from '../../forms/fields.ts';
import { asSent, readForm } from '../../forms/read.ts';
import { refusedAt } from '../act-words.ts';

/** A page that asks something and then does it. */
export interface FormPage {
  readonly heading: string;
  readonly caption?: string;
  readonly crumbs: readonly { readonly text: string; readonly href?: string }[];
  readonly intro: readonly string[];
  readonly warning?: string | undefined;
  /** What is known of the matter. */
  readonly rows?: readonly { readonly label: string; readonly text: string }[];
  readonly fields: readonly FormField[];
  readonly button: string;
  readonly isDangerous?: boolean;
  readonly here: string;
  readonly back: string;
}

export const showForm = (
  deps: PageDeps,
  exchange: Exchange,
  page: FormPage,
  sent: Sent,
  errors: readonly FieldError[] = [],
): Promise<FastifyReply> => {
  const status = errors.length > 0 ? 400 : 200;
  return showPage(deps, exchange, 'form-page', { page, sent, errors }, { section: 'devices', status });
};

/** The page as it begins. */
export const beginForm = (deps: PageDeps, exchange: Exchange, page: FormPage, given: Values = {}) =>
  showForm(deps, exchange, page, asSent(page.fields, given));

/** Does what was asked, or shows the page again with what is wrong; a fault of the server goes on. */
export async function takeForm(
  deps: PageDeps,
  exchange: Exchange,
  page: FormPage,
  run: (values: Values) => Promise<FastifyReply>,
  /** What is wrong with the answers together. */
  check: (values: Values) => readonly FieldError[] = () => [],
): Promise<FastifyReply> {
  const sent = exchange.request.body as Sent;
  const { values, errors: missing } = readForm(page.fields, sent, deps.clock.now());
  const errors = missing.length > 0 ? missing : check(values);
  if (errors.length > 0) return showForm(deps, exchange, page, sent, errors);
  try {
    return await run(values);
  } catch (error) {
    return showForm(deps, exchange, page, sent, refusedAt(page.fields, error));
  }
}
