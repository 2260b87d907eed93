import { typedKey } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import type { Recipient } from '../organisation/settings.ts';
import { DEFAULT_SETTINGS } from '../organisation/settings.ts';
import { type Person, readPeople } from '../people/store.ts';
import type { Known } from './report-mask.ts';
import { membersOf, parsed } from './report-parsed.ts';
import type { ReportSources } from './report-sources.ts';

const strings = (values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string' && value.trim() !== '');

/** Whoever acts through a program does so under the program's name. */
const nameOf = (actor: string): string => actor.replace(/^(?:token|cli):/, '');

/** A volume's letter or `device` names nothing; a stick's serial number and a printer's name do. */
const subjectOf = ({ breach }: ReportSources): string[] =>
  breach.kind !== 'person' && breach.subject.length >= 5 && breach.subject !== 'device' ? [breach.subject] : [];

/** What a device told may hold a serial number, a model or an account. */
function toldStrings(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 5 && /\d/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) =>
    typeof inside === 'string' && /user|account|name|serial|tag|host/i.test(name) ? [inside] : toldStrings(inside),
  );
}

const concealed = (text: string | null): string[] => {
  const value = parsed(text);
  return Array.isArray(value) ? strings(value) : [];
};

const peopleIn = ({ breach, device, acts, events, actions }: ReportSources): string[] =>
  strings([
    device?.holder,
    breach.acknowledged_by,
    breach.aware_by,
    breach.owner,
    membersOf(breach.report)['by'],
    ...concealed(breach.concealed_from),
    ...[...acts, ...events].map(({ actor }) => actor),
    ...events.map(({ detail }) => membersOf(detail)['owner']),
    ...actions.flatMap((action) => [action.owner, action.made_by, action.ended_by]),
  ])
    .map(nameOf)
    .filter((name) => name !== 'beadle');

const officers = (recipients: readonly (Recipient | undefined)[]): string[] => {
  const roles = Object.values(DEFAULT_SETTINGS.recipients).map((recipient) => recipient?.name);
  return strings(
    recipients.flatMap((one) => [
      one !== undefined && !roles.includes(one.name) && one.name,
      one?.address,
      one?.deputyAddress,
    ]),
  );
};

/** Whom the register of people knows by one of these names: they go by others as well. */
async function registeredAs(db: Db, organisation: string, names: readonly string[]): Promise<Person[]> {
  const keys = new Set(names.map(typedKey));
  const people = await readPeople(db, organisation);
  return people.filter(({ account, name, email }) =>
    strings([account, name, email]).some((one) => keys.has(typedKey(one))),
  );
}

/** Every name, account, address, tag and serial number that stands in the record of a breach, or belongs to one that does. */
export async function knownIn(
  db: Db,
  sources: ReportSources,
  recipients: readonly (Recipient | undefined)[],
): Promise<Known> {
  const { breach, device, notices } = sources;
  const named = peopleIn(sources);
  const registered = await registeredAs(db, breach.organisation, named);
  return {
    people: [...named, ...registered.map(({ name }) => name)],
    strings: strings([
      device?.asset_tag,
      device?.serial_number,
      device?.enrolled_serial,
      ...subjectOf(sources),
      ...toldStrings(membersOf(breach.observed)),
      ...notices.map(({ address }) => address),
      ...officers(recipients),
      ...registered.flatMap(({ account, email }) => [account, email]),
    ]),
  };
}
