import { type Reason, REASONS } from '@beadle/shared';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const MOST_NAMED = 8;

/** `listsUpdatedAt` as "lists updated at". */
const spaced = (name: string): string => name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();

const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Times are told by the names of their fields: a number of milliseconds. */
function scalar(name: string, value: null | boolean | number | string): string {
  if (value === null) return 'not told';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && name.endsWith('At')) return new Date(value).toISOString();
  return String(value);
}

/** What a list is about: each item's name, a few of them, and how many more. */
function list(items: readonly Json[]): string {
  if (items.length === 0) return 'none';
  const names = items.slice(0, MOST_NAMED).map((item) => {
    if (!isRecord(item)) return inWords('', item);
    const { name, subject, title, ...rest } = item;
    const called = [name, subject, title].find((candidate) => typeof candidate === 'string') ?? '';
    const more = Object.entries(rest).map(([key, value]) => `${spaced(key)} ${inWords(key, value)}`);
    return `${called} (${more.join(', ')})`;
  });
  const left = items.length - names.length;
  return `${items.length}: ${names.join('; ')}${left > 0 ? `; and ${left} more` : ''}`;
}

function inWords(name: string, value: Json): string {
  if (Array.isArray(value)) return list(value as readonly Json[]);
  if (!isRecord(value)) return scalar(name, value as null | boolean | number | string);
  if (value['known'] !== undefined) return inWords(name, value['known']);
  if (typeof value['unknown'] === 'string')
    return `not known: ${REASONS[value['unknown'] as Reason] ?? value['unknown']}`;
  return Object.entries(value)
    .map(([key, inner]) => `${spaced(key)} ${inWords(key, inner)}`)
    .join(', ');
}

/** What a check last read, a line for each fact, in words that need no knowledge of the form. */
export const factsInWords = (facts: unknown): string[] =>
  Object.entries((facts ?? {}) as Record<string, Json>).map(
    ([name, value]) => `${spaced(name)}: ${inWords(name, value)}`,
  );
