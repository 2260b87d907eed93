import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { type PageDeps, showPage } from './console.ts';
import { DAY_PARTS, dateOf, datePartsOf, type FormValues } from './dates.ts';
import type { Section } from './views.ts';

export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

/** One question of a form about one entry; `wrong` is said at it, and at the top, where its answer does not fit. */
export interface EntryField {
  readonly kind: 'text' | 'lines' | 'date' | 'radios' | 'select' | 'tick';
  /** As the API's body has it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly wrong: string;
  readonly items?: readonly Choice[];
  /** A class of the design system for a short answer. */
  readonly classes?: string;
}

export interface FieldError {
  readonly field: string;
  readonly text: string;
  /** Where the message at the top leads, if not to the field. */
  readonly href?: string;
}

/** A page with one form. */
export interface EntryPage {
  readonly heading: string;
  readonly section: Section;
  readonly crumbs: readonly { readonly text: string; readonly href?: string }[];
  readonly fields: readonly EntryField[];
  /** Where the form is sent to. */
  readonly action: string;
  readonly button: string;
  /** What it does cannot be taken back. */
  readonly warns?: true;
  /** Said before the questions. */
  readonly intro?: string | undefined;
  /** Where whoever changes nothing goes back to. */
  readonly back: string;
  /** Throws `validation` where the answers do not have the form that the register takes. */
  readonly check?: (body: Answers) => unknown;
}

/** A form's answers as the API's body would have them. */
export type Answers = Readonly<Record<string, string | boolean | readonly string[] | null>>;

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const Text = Type.Optional(Type.String({ maxLength: 20_000 }));

/** What a form with these questions may send: everything is text, and nothing has to be there. */
export const formOf = (fields: readonly EntryField[]) =>
  Type.Object(
    {
      version: Text,
      ...Object.fromEntries(
        fields.flatMap(({ kind, name }) =>
          kind === 'date' ? DAY_PARTS.map((part) => [`${name}-${part}`, Text]) : [[name, Text]],
        ),
      ),
    },
    { additionalProperties: false },
  );

const linesOf = (text: string): string[] =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A form's answers, with what is wrong about its dates. */
function answersOf(fields: readonly EntryField[], form: FormValues) {
  const errors: FieldError[] = [];
  const body: Record<string, string | boolean | readonly string[] | null> = {};
  for (const { kind, name, wrong } of fields) {
    const text = (form[name] ?? '').trim();
    if (kind === 'date') {
      const day = dateOf(form, name);
      if (day === null) errors.push({ field: name, text: wrong });
      body[name] = day ?? null;
    } else if (kind === 'lines') body[name] = linesOf(text);
    else body[name] = kind === 'tick' ? text === 'yes' : text || null;
  }
  return { body, errors };
}

/** An entry's values as its form begins with them. */
export function valuesOf(fields: readonly EntryField[], entry: Readonly<Record<string, unknown>>): FormValues {
  const values: Record<string, string | undefined> = {};
  for (const { kind, name } of fields) {
    const value = entry[name];
    if (kind === 'date') Object.assign(values, datePartsOf(name, typeof value === 'string' ? value : null));
    else if (Array.isArray(value)) values[name] = value.join('\n');
    else if (typeof value === 'boolean') values[name] = value ? 'yes' : 'no';
    else values[name] = typeof value === 'string' ? value : '';
  }
  return values;
}

/** What is wrong, in the words of the form; a fault that is not the form's goes on. */
function errorsOf(error: unknown, { fields, back }: EntryPage, version: string | undefined): FieldError[] {
  if (!(error instanceof Problem)) throw error;
  const [first] = fields;
  const named = error.fields.flatMap(({ field }) => {
    const found = fields.find(({ name }) => field === `body.${name}`);
    return found === undefined ? [] : [{ field: found.name, text: found.wrong }];
  });
  if (error.code === 'validation' && named.length > 0) return named;
  if (error.code !== 'conflict' || first === undefined) throw error;
  if (version === undefined || version === '') return [{ field: first.name, text: error.message }];
  const text = 'This has changed since you opened it: look at what it says now, then save what you entered again';
  return [{ field: '', text, href: back }];
}

export interface Filled {
  readonly form: FormValues;
  readonly version?: string | undefined;
  readonly errors?: readonly FieldError[];
}

/** Shows a form: empty, with an entry's values, or as it was sent with what is wrong. */
export const showForm = (
  deps: PageDeps,
  exchange: Exchange,
  page: EntryPage,
  { form, version, errors = [] }: Filled,
): Promise<FastifyReply> => {
  const status = errors.length > 0 ? 400 : 200;
  return showPage(deps, exchange, 'entry-form', { page, form, version, errors }, { section: page.section, status });
};

/** All that can be told of the answers alone, in the order of the questions. */
function wrongIn(page: EntryPage, form: FormValues) {
  const { body, errors } = answersOf(page.fields, form);
  let found: readonly FieldError[] = errors;
  try {
    page.check?.(body);
  } catch (error) {
    found = [...errors, ...errorsOf(error, page, form['version'])];
  }
  const placeOf = ({ field }: FieldError) => page.fields.findIndex(({ name }) => name === field);
  return { body, errors: found.toSorted((a, b) => placeOf(a) - placeOf(b)) };
}

export interface Saving {
  /** Saves the answers; gives where to go then. Throws what the API answers with. */
  readonly save: (body: Answers, version: string | undefined) => Promise<string>;
  /** The version of the entry now, so that whoever has looked may save again. */
  readonly versionNow?: () => Promise<string>;
}

/** Takes a form: saves it and leads on, or shows it again as it was sent, with what is wrong. */
export async function takeForm(
  deps: PageDeps,
  exchange: Exchange,
  page: EntryPage,
  { save, versionNow }: Saving,
): Promise<FastifyReply> {
  const form = exchange.request.body as FormValues;
  const { body, errors } = wrongIn(page, form);
  const version = form['version'] || undefined;
  const again = async (found: readonly FieldError[]) =>
    showForm(deps, exchange, page, { form, errors: found, version: await versionNow?.() });
  if (errors.length > 0) return again(errors);
  try {
    return await exchange.reply.redirect(await save(body, version), 303);
  } catch (error) {
    return again(errorsOf(error, page, version));
  }
}
