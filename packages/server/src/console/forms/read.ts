import { type Say, sayIn } from '../language/say.ts';
import { capital, moment, day as dayWords } from '../words.ts';
import { anchorOf, type FieldError, type FormField, MOMENT_PARTS, type Sent, type Values } from './fields.ts';
import { dayOf, endOfDay, momentOf, partsOf, timeOf } from './moments.ts';

type Found = { readonly value?: string; readonly wrong?: string };

interface Reading {
  readonly now: number;
  readonly say: Say;
}

const MOST_CHARACTERS = 2000;

function readText({ label, most = MOST_CHARACTERS }: FormField, text: string, say: Say): Found {
  if (text.length <= most) return { value: text };
  return { wrong: say('{label} must be {most} characters or fewer', { label, most }) };
}

function readNumber({ label, most = 100_000_000 }: FormField, text: string, say: Say): Found {
  const plain = text.replaceAll(',', '');
  if (!/^\d{1,15}$/.test(plain)) return { wrong: say('{label} must be a whole number, like 12', { label }) };
  return Number(plain) > most
    ? { wrong: say('{label} must be {most} or fewer', { label, most }) }
    : { value: String(Number(plain)) };
}

function readChoice({ options = [] }: FormField, text: string, say: Say): Found {
  return options.some(({ value }) => value === text) ? { value: text } : { wrong: say('Choose one of the answers') };
}

function readMoment({ name, label, kind, timeOptional }: FormField, sent: Sent, { now, say }: Reading): Found {
  const [day, month, year, time] = MOMENT_PARTS.map((part) => sent[`${name}-${part}`]?.trim() ?? '') as [
    string,
    string,
    string,
    string,
  ];
  if (day + month + year + time === '') return {};
  const found = dayOf(day, month, year);
  if (found === undefined) return { wrong: say('{label} must be a real date, like 4 6 2026', { label }) };
  if (kind === 'day') return { value: endOfDay(found) };
  const clock = timeOptional && time === '' ? '00:00' : timeOf(time);
  if (clock === undefined) return { wrong: say('{label} must have a time of day, like 9:30am', { label }) };
  const value = momentOf(found, clock);
  return Date.parse(value) > now ? { wrong: say('{label} must be in the past', { label }) } : { value };
}

function readOne(field: FormField, sent: Sent, reading: Reading): Found {
  const { say } = reading;
  if (field.kind === 'moment' || field.kind === 'day') return readMoment(field, sent, reading);
  const text = (sent[field.name] ?? '').trim().replaceAll('\r\n', '\n');
  if (text === '') return {};
  if (field.kind === 'number') return readNumber(field, text, say);
  return field.kind === 'choice' || field.kind === 'list' ? readChoice(field, text, say) : readText(field, text, say);
}

/** The questions that were asked: those of an option only where it was chosen. */
const asked = (fields: readonly FormField[], sent: Sent): FormField[] =>
  fields.flatMap((field) => [
    field,
    ...(field.options ?? [])
      .filter(({ value }) => value === sent[field.name])
      .flatMap(({ fields: inside = [] }) => asked(inside, sent)),
  ]);

/** What was entered and what is wrong with it, in the order of the form and in the words of its page. */
export function readForm(
  fields: readonly FormField[],
  sent: Sent,
  now: number,
  say: Say = sayIn('en'),
): { readonly values: Values; readonly errors: readonly FieldError[] } {
  const values: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const field of asked(fields, sent)) {
    const { value, wrong } = readOne(field, sent, { now, say });
    const text = wrong ?? (value === undefined ? field.missing : undefined);
    if (text !== undefined) errors.push({ field: anchorOf(field), text });
    else if (value !== undefined) values[field.name] = value;
  }
  return { values, errors };
}

/** Values as the form would have sent them. */
export function asSent(fields: readonly FormField[], values: Values): Sent {
  const entries = fields.flatMap((field): [string, string][] => {
    const value = values[field.name];
    const inside = (field.options ?? []).flatMap(({ fields: more = [] }) => Object.entries(asSent(more, values)));
    const own: [string, string][] =
      value === undefined
        ? []
        : field.kind === 'moment' || field.kind === 'day'
          ? Object.entries(partsOf(value)).map(([part, text]) => [`${field.name}-${part}`, text])
          : [[field.name, value]];
    return [...own, ...(inside as [string, string][])];
  });
  return Object.fromEntries(entries);
}

/** What was entered, to be read once more before it is done. */
export function summaryOf(
  fields: readonly FormField[],
  values: Values,
): { readonly label: string; readonly text: string }[] {
  return asked(fields, values).flatMap((field) => {
    const value = values[field.name];
    if (value === undefined) return [];
    const words =
      field.kind === 'moment'
        ? moment(value)
        : field.kind === 'day'
          ? dayWords(value)
          : (field.options?.find((option) => option.value === value)?.text ?? value);
    return [{ label: capital(field.label), text: words }];
  });
}
