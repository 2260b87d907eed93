import type { Authorisation, AuthorisationScope, PolicyForDevice } from '@beadle/shared';
import { loadEnrolment } from '../identity/identity.ts';
import { readKeptPolicy } from '../orders/policy.ts';
import { createMeta, latestReached } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';

/** An authorisation that this device holds, and whether it holds now. */
export type HeldAuthorisation = Authorisation & { readonly holds: 'now' | 'later' | 'no longer' };

function holdsAt({ validFrom, validTo }: Authorisation, now: number): HeldAuthorisation['holds'] {
  if (now >= Date.parse(validTo)) return 'no longer';
  return now >= Date.parse(validFrom) ? 'now' : 'later';
}

/**
 * What the document on this device says of its authorisations, as the service sees them: by the latest time that it has
 * reached, so that a clock that was put back makes none hold longer.
 */
export function authorisationsHeld(
  { authorisations }: Pick<PolicyForDevice, 'authorisations'>,
  sql: Sql,
  now: number,
): HeldAuthorisation[] {
  const reached = latestReached(createMeta(sql), now);
  return authorisations.map((one) => ({ ...one, holds: holdsAt(one, reached) }));
}

/** Those in `data`; none where the device is not enrolled, or its document does not hold. */
export function readAuthorisations(data: string, sql: Sql, now: number): HeldAuthorisation[] {
  const server = loadEnrolment(data);
  const kept = server === undefined ? undefined : readKeptPolicy(sql, server, now);
  return typeof kept === 'object' ? authorisationsHeld(kept, sql, now) : [];
}

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' });
const when = (time: string): string => WHEN.format(new Date(time));

function scopeInWords({ sticks, encryptedOnly, printers, software, accounts, countries }: AuthorisationScope): string {
  const parts = [
    sticks === undefined ? '' : `memory sticks ${sticks.join(', ')}${encryptedOnly === true ? ' if encrypted' : ''}`,
    printers === undefined ? '' : `printers ${printers.join(', ')}`,
    software === undefined ? '' : `software ${software.join(', ')}`,
    accounts === undefined ? '' : `accounts ${accounts.join(', ')}`,
    countries === undefined ? '' : `countries ${countries.join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function inWords({ ref, kind, validFrom, validTo, scope, holds }: HeldAuthorisation): string {
  const what = `${ref}: ${kind.replaceAll('-', ' ')}${scopeInWords(scope)}`;
  if (holds === 'later') return `${what}, from ${when(validFrom)} until ${when(validTo)}`;
  return holds === 'now' ? `${what}, until ${when(validTo)}` : `${what}, ended ${when(validTo)}`;
}

/** One line each: those that hold first, then those to come, then those that are over. */
export function authorisationsInWords(all: readonly HeldAuthorisation[]): string[] {
  const order = ['now', 'later', 'no longer'] as const;
  return order.flatMap((holds) => all.filter((one) => one.holds === holds).map(inWords));
}
