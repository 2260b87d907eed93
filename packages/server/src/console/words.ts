import { type PrinterClass, REASONS } from '@beadle/shared';
import type { Phrase } from './language/say.ts';

/** A time as stored (milliseconds since the epoch) or as on the wire (ISO 8601). */
export type Time = number | string;

const zone = { timeZone: 'Europe/London' } as const;
const dayForm = new Intl.DateTimeFormat('en-GB', { ...zone, day: 'numeric', month: 'long', year: 'numeric' });
const timeForm = new Intl.DateTimeFormat('en-GB', { ...zone, hour: 'numeric', minute: '2-digit', hourCycle: 'h12' });
const secondForm = new Intl.DateTimeFormat('en-GB', {
  ...zone,
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h12',
});

/** `4 June 2026`. */
export const day = (time: Time): string => dayForm.format(new Date(time));

/** `9:32am`, `midday`, `midnight`: the time as GOV.UK's style writes it, on the council's clock. */
export function timeOfDay(time: Time): string {
  const text = timeForm.format(new Date(time)).replace(/\s/g, '').toLowerCase();
  if (text === '12:00pm') return 'midday';
  return text === '12:00am' ? 'midnight' : text;
}

/** `4 June 2026 at 9:32am`. */
export const moment = (time: Time): string => `${day(time)} at ${timeOfDay(time)}`;

/** With seconds, for evidence: `4 June 2026 at 9:32:07am`. */
export const exactly = (time: Time): string =>
  `${day(time)} at ${secondForm.format(new Date(time)).replace(/\s/g, '').toLowerCase()}`;

const listWords = new Intl.ListFormat('en-GB', { type: 'conjunction' });

const DAY_MS = 86_400_000;

/** How long ago, by whole days: contact is never shown more closely (invariant 10). */
export function daysAgo(time: Time, now: number): string {
  const started = (value: Time) => Math.floor(new Date(value).getTime() / DAY_MS);
  const days = started(now) - started(time);
  if (days <= 0) return 'today';
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The kinds of printers that a person can say a printer is of. */
export const PRINTER_WORDS: Readonly<Record<PrinterClass, { readonly text: string; readonly hint: string }>> = {
  council: { text: 'The council’s', hint: 'Printing on it is in order.' },
  permitted: { text: 'One that people may use', hint: 'For example, a court’s or a partner’s.' },
  home: { text: 'At home', hint: 'Judged as the policy says of printing at home.' },
  other: { text: 'Somebody else’s', hint: 'For example, a hotel’s. Judged as one at home is.' },
};

const SOURCES: Readonly<Record<string, string>> = {
  directory: 'The directory',
  csv: 'A file',
  hand: 'Entered by hand',
};
/** Who keeps an entry. */
export const sourceWords = (source: string): string => SOURCES[source] ?? humanise(source);

const COLUMNS: Readonly<Record<string, string>> = {
  starts_on: 'First day',
  ends_on: 'Last day',
  absent_from: 'Away from',
  absent_until: 'Away until',
  gone: 'No longer listed',
  class: 'Kind',
};
/** A column of a register, as pages name it. */
export const columnWords = (column: string): string => COLUMNS[column] ?? humanise(column);

interface HandChange {
  readonly column: string;
  readonly by: string;
  readonly at: number;
}

const SIGNED_IN_BY: Readonly<Record<string, Phrase>> = {
  oidc: 'through the council’s sign-in',
  password: 'with a password',
  code: 'with a one-time address',
};
export const signedInByWords = (by: string): string => SIGNED_IN_BY[by] ?? by;

/** Changes by hand, each person's of one moment in one line: `Name, email and groups`. */
export const handLines = (changes: readonly HandChange[]) =>
  [...Map.groupBy(changes, ({ by, at }) => JSON.stringify([by, at])).values()].map((made) => {
    const names = made.map(({ column }) => columnWords(column).toLowerCase());
    return { what: capital(listWords.format(names)), by: made[0]?.by ?? '', at: made[0]?.at ?? 0 };
  });

export function reasonWords(reason: string | null | undefined): string {
  if (!reason) return '';
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : reason.replaceAll('-', ' ');
}

/** `clockSkewSeconds` as `Clock skew seconds`; `laptop-encryption` as `Laptop encryption`. */
export const humanise = (name: string): string =>
  capital(
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replaceAll(/[-_]/g, ' ')
      .toLowerCase(),
  );

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Whether a number stands for a time of our days, and for one that there is (ECMA-262, 21.4.1.1). */
export const isTime = (value: number): boolean => value > 1e11 && value <= 8.64e15;

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'Windows', darwin: 'macOS', linux: 'Linux' };

/** `win32 10.0.26100` as `Windows 10.0.26100`. */
export const systemWords = (system: string): string => system.replace(/^\w+/, (name) => SYSTEMS[name] ?? name);

/** One value that a device told, in words. */
export function told(value: unknown): string {
  if (value === null || value === undefined) return 'not told';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return ISO.test(value) && !Number.isNaN(Date.parse(value)) ? moment(value) : value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(told).join(', ');
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Whose it is to put right; the two are never added up together. */
export const dutyWords = (duty: string): string => (duty === 'holder' ? 'The person who holds the device' : 'ICT');

/** `security-analyst` as `Security analyst`; the titles that a council writes with capitals keep them. */
const TITLES: Readonly<Record<string, Phrase>> = {
  'information-security-team-leader': 'Information Security Team Leader',
  'ict-administrator': 'ICT administrator',
  'ict-operator': 'ICT operator',
  siro: 'SIRO',
  'data-protection-officer': 'Data Protection Officer',
};
export const roleWords = (role: string): string => TITLES[role] ?? humanise(role);
