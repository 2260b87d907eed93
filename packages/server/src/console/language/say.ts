import type { Language } from './language.ts';
import { type Phrase, WELSH } from './welsh/all.ts';

export type { Phrase } from './welsh/all.ts';

export type Values = Readonly<Record<string, string | number>>;

const fill = (text: string, values: Values): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));

/** A phrase of ours in the language of a page, with its values in their places: `{ref}`. */
export type Say = (phrase: Phrase, values?: Values) => string;

export const isPhrase = (text: string): text is Phrase => Object.hasOwn(WELSH, text);

/**
 * The same of a text that only a test can hold against the list: of a view, or of a table that is shared with pages which
 * are in English alone. One that is not in the list stays as it is.
 */
export const translate = (language: Language, text: string, values: Values = {}): string =>
  fill(language === 'cy' && isPhrase(text) ? WELSH[text] : text, values);

export const sayIn =
  (language: Language): Say =>
  (phrase, values) =>
    translate(language, phrase, values);
