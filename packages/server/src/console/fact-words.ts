import { Duration, durationInWords } from '@beadle/shared';
import Value from 'typebox/value';
import { countryWords } from './device-state-words.ts';
import { day, humanise, isTime, moment, reasonWords, told } from './words.ts';
import { labelOf } from './labels.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export interface FactLine {
  readonly name: string;
  readonly lines: readonly string[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A fact as it travels: `{ known }`, or `{ unknown }` with the reason. */
function settled(fact: unknown): { readonly value: unknown } | { readonly notKnown: string } {
  if (!isRecord(fact)) return { value: fact };
  if ('known' in fact) return { value: fact['known'] };
  return 'unknown' in fact ? { notKnown: reasonWords(String(fact['unknown'])) } : { value: fact };
}

const UNITS = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

/** As it stands on the packet: a kilobyte is 1,000 bytes. */
function sizeWords(bytes: number): string {
  const [size, unit] = UNITS.find(([least]) => bytes >= least) ?? [1, 'bytes'];
  return `${(bytes / size).toFixed(size === 1 ? 0 : 1)} ${unit}`;
}

/** The name of a fact as a person reads it. */
export const factName = (name: string): string => (name === 'bytes' ? 'Size' : humanise(name));

/** The owner of a laptop may send anything: what has only the look of a day or a duration is shown as it is. */
const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));
const isDuration = (text: string): boolean => Value.Check(Duration, text);
/** What was known of a device's encryption when it was reported lost. */
function encryptionWords({ verdict, seenAt }: Readonly<Record<string, unknown>>): string {
  const seen = typeof seenAt === 'string' ? `last heard from on ${moment(seenAt)}` : 'never heard from';
  return `${labelOf('encryption', String(verdict)).text}, ${seen}`;
}

/** A value in words, with the unit that its name tells. */
export function valueWords(name: string, value: unknown): string {
  if (typeof value === 'number' && /(At|since)$/.test(name) && isTime(value)) return moment(value);
  if (typeof value === 'number' && name === 'bytes') return sizeWords(value);
  if (typeof value === 'number' && name === 'percent') return `${value}%`;
  if (typeof value === 'string' && name === 'appearsToBeIn') return countryWords(value);
  if (typeof value === 'string' && name.endsWith('AtMost') && isDuration(value)) return durationInWords(value);
  if (typeof value === 'string' && isDay(value)) return day(value);
  return name === 'encryption' && isRecord(value) && 'verdict' in value ? encryptionWords(value) : told(value);
}

const isTold = (fact: unknown): boolean => fact !== null && fact !== undefined;

function partWords([name, fact]: [string, unknown]): string {
  const found = settled(fact);
  const words = 'notKnown' in found ? `not known (${found.notKnown})` : valueWords(name, found.value);
  return `${factName(name).toLowerCase()}: ${words}`;
}

/** One line for an item of a list: `C: (role: system; state: on)`. What was not told is left out. */
function itemWords(item: unknown): string {
  if (!isRecord(item)) return told(item);
  const lead = ['name', 'title', 'label'].find((key) => typeof item[key] === 'string');
  const parts = Object.entries(item).filter(([key, fact]) => key !== lead && isTold(fact));
  const rest = parts.map(partWords).join('; ');
  if (lead === undefined) return rest;
  return rest === '' ? told(item[lead]) : `${told(item[lead])} (${rest})`;
}

const MOST_ITEMS = 20;

function linesOf(name: string, fact: unknown): string[] {
  const found = settled(fact);
  if ('notKnown' in found) return [`Not known: ${found.notKnown}`];
  const { value } = found;
  if (!Array.isArray(value)) return [isRecord(value) ? itemWords(value) : valueWords(name, value)];
  if (value.length === 0) return ['None'];
  const shown = value.slice(0, MOST_ITEMS).map(itemWords);
  return value.length > MOST_ITEMS ? [...shown, `and ${value.length - MOST_ITEMS} more`] : shown;
}

/** The facts of one check, as a device sent them last, in words that a person can read. */
export function factLines(facts: string): FactLine[] {
  let value: unknown;
  try {
    value = JSON.parse(facts);
  } catch {
    return [{ name: 'Facts', lines: ['Not known: they could not be understood'] }];
  }
  if (!isRecord(value)) return [{ name: 'Facts', lines: [told(value)] }];
  return Object.entries(value).map(([name, fact]) => ({ name: factName(name), lines: linesOf(name, fact) }));
}
