import { type Account, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { administrators, guest, localAccounts } from '../../sources/macos/identity.ts';
import { type Fields, firstLine, outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { plistOf } from '../macos/plist.ts';

const MOST = 1000;
const accountOf = (name: string): Account => ({ name: name.slice(0, 300), aliases: [] });

/** Root is always in the group and cannot sign in unless it has been switched on. */
const readAdministrators = (result: SourceResult | undefined): Known<Account[]> =>
  mapKnown(textOf(result), (text) => {
    // It ends well, too, where there is no such attribute, and says so.
    const [, members] = /^GroupMembership:\s+(\S[^]*)$/.exec(text.trim()) ?? [];
    if (members === undefined || members.includes(':')) return unknown('not-understood', firstLine(text));
    const names = new Set(members.trim().split(/\s+/));
    if (!names.delete('root')) return unknown('not-understood', 'root is not among the administrators');
    return names.size > MOST ? unknown('output-too-large') : known([...names].map(accountOf));
  });

const ATTRIBUTE = 'dsAttrTypeStandard:';
const first = (row: Fields, name: string): string | undefined => {
  const value = row[ATTRIBUTE + name];
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
};

/** Accounts of people start at 501; one that was copied from the council's directory names where it is from. */
const FIRST_PERSON = 500;

const isLocalPerson = (row: Fields): boolean =>
  Number(first(row, 'UniqueID')) >= FIRST_PERSON &&
  first(row, 'OriginalNodeName') === undefined &&
  first(row, 'RecordName')?.startsWith('_') === false;

const readLocal = (result: SourceResult | undefined): Known<Account[]> =>
  mapKnown(plistOf(result), (value) => {
    const rows = Array.isArray(value) ? (value as readonly Fields[]) : [];
    // Every Mac has at least root.
    if (!rows.some((row) => first(row, 'UniqueID') === '0')) return unknown('not-understood', 'not a list of accounts');
    const people = rows.filter(isLocalPerson).flatMap((row) => first(row, 'RecordName') ?? []);
    return people.length > MOST ? unknown('output-too-large') : known(people.map(accountOf));
  });

/** defaults ends with 1 where the setting is absent, as it is on a Mac on which nobody ever let a guest in. */
function readGuest(result: SourceResult | undefined): Known<'on' | 'off'> {
  if (result?.kind === 'output' && result.exitCode === 1 && /does not exist/.test(result.stderr)) return known('off');
  return mapKnown(textOf(result), (text) => {
    const said = text.trim();
    if (said !== '0' && said !== '1') return unknown('not-understood', firstLine(text));
    return known(said === '1' ? 'on' : 'off');
  });
}

/** Clause 5.4 on macOS: who is in the group of administrators, and which accounts were made on the Mac itself. */
export const accountsMacos: Collector = {
  check: 'accounts',
  sources: [administrators, localAccounts, guest],
  collect(outputs): Observation {
    const facts = {
      administrators: told(readAdministrators(outputOf(outputs, administrators))),
      guest: told(readGuest(outputOf(outputs, guest))),
      local: told(readLocal(outputOf(outputs, localAccounts))),
    };
    return { facts: known(facts), events: [] };
  },
};
