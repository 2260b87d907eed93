import { isThereOn } from '../people/roles.ts';
import type { Person } from '../people/store.ts';
import { day } from './words.ts';

/** Why somebody is not there, never with a reason for being away. `today` is a day such as `2026-11-01`. */
export function standingOf(person: Person, today: string): string {
  if (person.gone_at !== null) return 'No longer listed';
  if (person.disabled === 1) return 'Account disabled';
  if (person.ends_on !== null && person.ends_on < today) return 'Left';
  if (person.starts_on !== null && person.starts_on > today) return 'Not started';
  return isThereOn(today, person) ? 'Here' : 'Away';
}

/** `From 1 June 2026 until 5 June 2026`; undefined where there is neither day. */
export function daysWords(from: string | null, until: string | null): string | undefined {
  if (from === null && until === null) return undefined;
  if (until === null) return `From ${day(from ?? '')}`;
  return from === null ? `Until ${day(until)}` : `From ${day(from)} until ${day(until)}`;
}
