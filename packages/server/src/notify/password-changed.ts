import { iso, type Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { readOrganisation } from '../organisation/store.ts';
import { reachableAs } from '../people/holder.ts';
import { queueNotice } from './queue.ts';

interface Changed {
  readonly organisation: string;
  /** The account's name. */
  readonly name: string;
  readonly at: number;
}

/**
 * Tells whoever has the account that its password is another one, at the address that the list of people has for them; where
 * it has none, the Information Security Team Leader or the deputy: an account of the server's own is nobody else's to watch.
 */
export async function tellPasswordChanged(tx: Tx, { organisation, name, at }: Changed, random: Random): Promise<void> {
  const person = await reachableAs(tx, organisation, name);
  const { settings } = await readOrganisation(tx, organisation);
  const contact = settings.contact ?? 'the Information Security Team Leader or the ICT helpdesk';
  const body = [
    `The password of the account ${name} was changed on ${iso(at).slice(0, 10)}.`,
    'Every other browser in which the account was signed in has been signed out.',
    `If nobody meant to change it, tell ${contact} at once: the account can be disabled until it is clear what happened.`,
  ].join('\n\n');
  const title = `The password of the account ${name} was changed`;
  const notice = {
    organisation,
    role: 'information-security-team-leader',
    person: person ?? null,
    title,
    body,
    at,
  } as const;
  await queueNotice(tx, { ...notice, breaches: [], event: { type: 'message', path: '/sessions' } }, random);
}
