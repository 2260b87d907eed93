import { durationInWords } from '@beadle/shared';
import { Problem } from '../../errors.ts';
import { anchorOf, type FieldError, type FormField } from '../forms/fields.ts';
import type { Language } from '../language/language.ts';
import { isPhrase, sayIn } from '../language/say.ts';
import { moment } from '../words.ts';

const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;
const DURATION = /\bP(?=\d|T\d)[\dYMWDTHS]+\b/g;

/** A refusal as people read it: with times and durations in words. */
export const inPlainWords = (detail: string): string =>
  detail.replaceAll(TIME, (time) => moment(time)).replaceAll(DURATION, (duration) => durationInWords(duration));

/** Why an act was refused, to stand on the page it came from; a fault of the server goes on. */
export function refusalWords(error: unknown): string {
  if (error instanceof Problem) return inPlainWords(error.message);
  throw error;
}

/** The same at the first question of a form, as an act is refused for all that was entered. */
export function refusedAt([first]: readonly FormField[], error: unknown): FieldError[] {
  return [{ field: first === undefined ? 'main' : anchorOf(first), text: refusalWords(error) }];
}

/** The same on a page in both languages: what the list does not have is marked as English. */
export function refusalIn(language: Language, error: unknown): { readonly text: string; readonly english?: true } {
  const text = refusalWords(error);
  return isPhrase(text) ? { text: sayIn(language)(text) } : { text, english: true };
}
