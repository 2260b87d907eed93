import { typedKey } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { isNamed, type Names } from './names.ts';

/** What stands where another person is named. */
export const ANOTHER = '[another person]';
const A_PROGRAM = '[a program]';

const WORD = /[\p{L}\p{N}][\p{L}\p{N}@._'’‑-]*/gu;
const END = /[.'’_-]+$/;
/** Whose value is a name, an account or a program's. */
const NAMING_KEY = /^(?:by|owner|actor|holder|person|account|approver|manager|lineManager|line_manager|\w+By|\w+_by)$/;

const wordsOf = (name: string): string[] => (name.match(WORD) ?? []).map((word) => typedKey(word.replace(END, '')));
const isTelling = (name: string): boolean => name.length >= 7 || /[\s\d@._-]/.test(name);

/** Known names by their first word, so that a text is gone through once however many people there are. */
function indexOf(names: readonly string[], own: Names): ReadonlyMap<string, readonly (readonly string[])[]> {
  const index = new Map<string, string[][]>();
  for (const name of names) {
    if (!isTelling(name) || isNamed(own, name)) continue;
    const words = wordsOf(name);
    const [first] = words;
    if (first !== undefined) index.set(first, [...(index.get(first) ?? []), words]);
  }
  return index;
}

async function everybody(db: Db, organisation: string): Promise<string[]> {
  const people = await db
    .selectFrom('people')
    .select(['account', 'name', 'email'])
    .where('organisation', '=', organisation)
    .execute();
  const accounts = await db.selectFrom('accounts').select('name').where('organisation', '=', organisation).execute();
  return [
    ...people.flatMap(({ account, name, email }) => [account, name, ...(email === null ? [] : [email])]),
    ...accounts.map(({ name }) => name),
  ];
}

export interface OthersMask {
  /** A column that holds nothing but a name. */
  readonly name: (text: string | null) => string | null;
  /** Words, or JSON with words in it. */
  readonly text: (text: string) => string;
}

interface Word {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

const wordsWithPlaces = (text: string): Word[] =>
  [...text.matchAll(WORD)].map((found) => {
    const word = found[0].replace(END, '');
    return { key: typedKey(word), from: found.index, to: found.index + word.length };
  });

/** How many words from this one on are somebody's name; 0 where none is. */
const nameLength = (words: readonly Word[], at: number, index: ReturnType<typeof indexOf>): number =>
  Math.max(
    0,
    ...(index.get(words[at]?.key ?? '') ?? [])
      .filter((sought) => sought.every((one, offset) => words[at + offset]?.key === one))
      .map((sought) => sought.length),
  );

function maskText(text: string, index: ReturnType<typeof indexOf>): string {
  const words = wordsWithPlaces(text);
  let [masked, copied] = ['', 0];
  for (let at = 0; at < words.length; at += 1) {
    const length = nameLength(words, at, index);
    const [first, last] = [words[at], words[at + length - 1]];
    if (length === 0 || first === undefined || last === undefined) continue;
    masked += text.slice(copied, first.from) + ANOTHER;
    copied = last.to;
    at += length - 1;
  }
  return masked + text.slice(copied);
}

const maskName = (own: Names, text: string): string => {
  if (text === '' || text === 'beadle' || isNamed(own, text)) return text;
  return text.startsWith('token:') ? A_PROGRAM : ANOTHER;
};

/** Puts a mark where people are named who are on record, but for one person. */
export async function maskOthers(db: Db, organisation: string, own: Names): Promise<OthersMask> {
  const names = await everybody(db, organisation);
  const index = indexOf(names, own);
  const whole = new Set(names.map(typedKey));
  const isSomebodyElse = (text: string): boolean => whole.has(typedKey(text)) && !isNamed(own, text);
  const inText = (text: string): string => (isSomebodyElse(text) ? ANOTHER : maskText(text, index));

  const inValue = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return NAMING_KEY.test(key) ? maskName(own, value) : inText(value);
    if (Array.isArray(value)) return value.map((one) => inValue(one, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([inside, one]) => [maskText(inside, index), inValue(one, inside)]),
    );
  };

  const text = (given: string): string => {
    if (!/^\s*[[{"]/.test(given)) return inText(given);
    try {
      return JSON.stringify(inValue(JSON.parse(given)));
    } catch {
      return inText(given);
    }
  };
  return { name: (given) => (given === null ? null : maskName(own, given)), text };
}
