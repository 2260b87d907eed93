import type { Role } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { DEFAULT_SETTINGS, type OrganisationSettings, type Recipient } from '../organisation/settings.ts';
import { type Candidate, candidatesFor } from '../people/roles.ts';
import { personByAccount } from '../people/store.ts';

const FIRST: Role = 'information-security-team-leader';

export interface Addressee extends Recipient {
  /** As whom they are told: who has the role, the deputy while they are away (clause 4.2), whom the settings name, or as themselves. */
  readonly as: 'holder' | 'deputy' | 'settings' | 'person';
}

const inSettings = (recipient: Recipient | undefined): Addressee | undefined =>
  recipient === undefined ? undefined : { ...recipient, as: 'settings' };

function asAddressee({ name, email, standing }: Candidate): Addressee | undefined {
  return email === null ? undefined : { name, address: email, as: standing };
}

const addressees = (candidates: readonly Candidate[]): Addressee[] =>
  candidates.flatMap((candidate) => asAddressee(candidate) ?? []);

/** The address that nobody has chosen reaches nobody. */
function chosen(settings: OrganisationSettings, role: Role): Recipient | undefined {
  const recipient = settings.recipients[role];
  return recipient?.address === DEFAULT_SETTINGS.recipients[role]?.address ? undefined : recipient;
}

interface Question {
  readonly organisation: string;
  readonly settings: OrganisationSettings;
  readonly role: Role;
  /** The deputy of the role, though whoever has it be there. */
  readonly standing?: 'deputy' | undefined;
  /** The account of the one person whom it is for. */
  readonly person?: string | null | undefined;
  /** A day such as `2026-11-01`. */
  readonly today: string;
}

/** Whoever has the role and is there; else a deputy who is; else whom the settings name; else whoever has it, though away. */
async function forRole(db: Db | Tx, { organisation, settings, role, today }: Question): Promise<Addressee | undefined> {
  const candidates = await candidatesFor(db, organisation, role, today);
  const [there] = addressees(candidates.filter(({ isThere }) => isThere));
  return there ?? inSettings(chosen(settings, role)) ?? addressees(candidates)[0];
}

/** The deputy who is there, else whom the settings name as one. */
async function deputyOf(
  db: Db | Tx,
  { organisation, settings, role, today }: Question,
): Promise<Addressee | undefined> {
  const candidates = await candidatesFor(db, organisation, role, today);
  const [there] = addressees(candidates.filter(({ isThere, standing }) => isThere && standing === 'deputy'));
  const named = chosen(settings, role);
  if (there !== undefined || named?.deputyAddress === undefined) return there;
  return { name: `${named.name} (deputy)`, address: named.deputyAddress, as: 'deputy' };
}

/** One person, at the address that the list of people has now. */
async function personOf(db: Db | Tx, { organisation, person }: Question): Promise<Addressee | undefined> {
  if (person === undefined || person === null) return undefined;
  const found = await personByAccount(db, organisation, person);
  return found === undefined || found.email === null || found.gone_at !== null
    ? undefined
    : { name: found.name, address: found.email, as: 'person' };
}

/** Who sees to it that a person is told who can be reached no longer. */
const FOR_PEOPLE: Role = 'data-protection-officer';

/**
 * Whom a notice for a role, or for one person, goes to today. Where nobody is named for it, the Information Security Team Leader or the
 * deputy, so that no notice is lost.
 */
export async function addresseeOf(db: Db | Tx, question: Question): Promise<Addressee> {
  const person = await personOf(db, question);
  if (person !== undefined) return person;
  if (typeof question.person === 'string') return addresseeOf(db, { ...question, role: FOR_PEOPLE, person: null });
  const deputy = question.standing === 'deputy' ? await deputyOf(db, question) : undefined;
  const found = deputy ?? (await forRole(db, question)) ?? (await forRole(db, { ...question, role: FIRST }));
  if (found !== undefined) return found;
  const last = inSettings(question.settings.recipients[FIRST] ?? DEFAULT_SETTINGS.recipients[FIRST]);
  if (last === undefined) throw new Error('the default settings name no recipient');
  return last;
}
