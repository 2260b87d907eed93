import { typedKey } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import type { Person } from '../people/store.ts';

/** By what a person is named. */
export interface Names {
  /** Whatever is one of these, in whatever case, names them. */
  readonly whole: readonly string[];
  /** What names them within a text too: not what may be a word like any other, such as the account `may`. */
  readonly within: readonly string[];
}

/** An account of this length, or with a sign in it that no word has, is no word. */
const LONG_ENOUGH = 7;
const NO_WORD = /[\s\d@._-]/;

const isTelling = (text: string): boolean => text.length >= LONG_ENOUGH || NO_WORD.test(text);

/** A name that somebody else has as well names neither. */
export async function namesOf(db: Db | Tx, person: Person): Promise<Names> {
  const { organisation, account, email, name } = person;
  const others = await db
    .selectFrom('people')
    .select(['name'])
    .where('organisation', '=', organisation)
    .where('id', '<>', person.id)
    .execute();
  const isShared = others.some((other) => typedKey(other.name) === typedKey(name));
  const whole = [account, ...(email === null ? [] : [email]), ...(isShared ? [] : [name])];
  return { whole, within: whole.filter(isTelling) };
}

export const isNamed = ({ whole }: Names, text: string | null): boolean =>
  text !== null && whole.some((name) => typedKey(name) === typedKey(text));

const pattern = (names: readonly string[]): RegExp | null =>
  names.length === 0
    ? null
    : new RegExp(
        String.raw`(?<![\p{L}\p{N}])(?:${names
          .toSorted((a, b) => b.length - a.length)
          .map((name) =>
            name
              .trim()
              .split(/\s+/u)
              .map((word) => RegExp.escape(word))
              .join(String.raw`\s+`),
          )
          .join('|')})(?![\p{L}\p{N}])`,
        'giu',
      );

/** Puts something else in the place of each name that stands in a text, or in a string within JSON. */
export function replacerOf(names: Names, put: string): (text: string) => string {
  const sought = pattern(names.within);
  const prefixed = new Set(names.whole.map((name) => `person:${typedKey(name)}`));
  const inText = (text: string): string => {
    if (isNamed(names, text)) return put;
    if (prefixed.has(typedKey(text))) return `person:${put}`;
    return sought === null ? text : text.replaceAll(sought, put);
  };
  const inValue = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value);
    if (Array.isArray(value)) return value.map(inValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, inValue(inside)]));
  };
  return (text) => {
    if (!/^\s*[[{"]/.test(text)) return inText(text);
    try {
      return JSON.stringify(inValue(JSON.parse(text)));
    } catch {
      return inText(text);
    }
  };
}
