import type { Caller } from '../access.ts';
import { seesField } from '../people/fields.ts';
import { isThereOn } from '../people/roles.ts';
import type { Person } from '../people/store.ts';
import { day } from './words.ts';

/** What the reader may know of it. */
export interface Known {
  readonly employment: boolean;
  readonly absence: boolean;
}

/** Why somebody is not there, never with a reason for being away. `today` is a day such as `2026-11-01`. */
export function standingOf(person: Person, today: string, known: Known): string {
  if (person.gone_at !== null) return 'No longer listed';
  if (!known.employment) return 'Listed';
  if (person.disabled === 1) return 'Account disabled';
  if (person.ends_on !== null && person.ends_on < today) return 'Left';
  if (person.starts_on !== null && person.starts_on > today) return 'Not started';
  if (!known.absence) return 'At the council';
  return isThereOn(today, person) ? 'Here' : 'Away';
}

export const knownTo = (caller: Pick<Caller, 'role'>): Known => ({
  employment: seesField(caller, 'person.employment'),
  absence: seesField(caller, 'person.absence'),
});

/** `From 1 June 2026 until 5 June 2026`; undefined where there is neither day. */
export function daysWords(from: string | null, until: string | null): string | undefined {
  if (from === null && until === null) return undefined;
  if (until === null) return `From ${day(from ?? '')}`;
  return from === null ? `Until ${day(until)}` : `From ${day(from)} until ${day(until)}`;
}
