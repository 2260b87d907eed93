import type { Entry } from 'ldapts';
import { CONTROL, textOf } from '../../../registers/directory/connection.ts';
import type { Account, Group } from './directory.ts';
import { guidText, sidOfSameDomain, sidText } from './identifiers.ts';

export const BINARY = ['objectGUID', 'objectSid', 'tokenGroups'];
export const GROUP_ATTRIBUTES = ['objectGUID'];
export const ACCOUNT_ATTRIBUTES = [
  'objectGUID',
  'objectSid',
  'sAMAccountName',
  CONTROL,
  'primaryGroupID',
  'adminCount',
];

export function buffersOf(entry: Entry, attribute: string): Buffer[] {
  const value: unknown = entry[attribute];
  return (Array.isArray(value) ? value : [value]).filter((one) => Buffer.isBuffer(one));
}

export const isProtected = (entry: Entry): boolean => textOf(entry, 'adminCount') === '1';

const odd = (dn: string, what: string): Error => new Error(`The directory did not say the ${what} of ${dn}.`);

function needed<T>(value: T | undefined, dn: string, what: string): T {
  if (value === undefined) throw odd(dn, what);
  return value;
}

export function groupOf(entry: Entry): Group {
  const [bytes] = buffersOf(entry, 'objectGUID');
  return { dn: entry.dn, guid: needed(bytes && guidText(bytes), entry.dn, 'objectGUID') };
}

function numberOf(entry: Entry, attribute: string): number {
  const text = needed(textOf(entry, attribute), entry.dn, attribute);
  if (!/^-?\d{1,10}$/.test(text)) throw odd(entry.dn, attribute);
  return Number(text);
}

/** Throws where an attribute is missing or odd: what could not be read is not taken for "enabled" or "in no group". */
export function accountOf(entry: Entry): Account {
  const [bytes] = buffersOf(entry, 'objectSid');
  const sid = needed(bytes && sidText(bytes), entry.dn, 'objectSid');
  return {
    ...groupOf(entry),
    name: needed(textOf(entry, 'sAMAccountName'), entry.dn, 'sAMAccountName'),
    sid,
    control: numberOf(entry, CONTROL),
    primaryGroup: sidOfSameDomain(sid, numberOf(entry, 'primaryGroupID')),
    isProtected: isProtected(entry),
  };
}

/** Of a GeneralizedTime such as `20261128224502.0Z` (RFC 4517, 3.3.13); null where it is none. */
export function timeOf(text: string | undefined): number | null {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text ?? '') ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  if (year === undefined || month === undefined) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
