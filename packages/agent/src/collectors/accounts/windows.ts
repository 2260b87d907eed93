import { type Account, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { localAccounts, localAdministrators } from '../../sources/windows/session.ts';
import { type Fields, outputOf, textField, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { flagField, someRowsOf } from '../windows/json-rows.ts';

const MOST = 1000;
const SID = /^S-1-\d{1,15}(?:-\d{1,10}){1,15}$/i;

/**
 * Names that Windows gives in its own language, in English, by what the SID ends in or is.
 * https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
 */
const WELL_KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^S-1-5-21(-\d+){3}-500$/, 'Administrator'],
  [/^S-1-5-21(-\d+){3}-501$/, 'Guest'],
  [/^S-1-5-21(-\d+){3}-512$/, 'Domain Admins'],
  [/^S-1-5-21(-\d+){3}-513$/, 'Domain Users'],
  [/^S-1-5-21(-\d+){3}-519$/, 'Enterprise Admins'],
  [/^S-1-1-0$/, 'Everyone'],
  [/^S-1-5-4$/, 'Interactive'],
  [/^S-1-5-11$/, 'Authenticated Users'],
  [/^S-1-5-18$/, 'SYSTEM'],
  [/^S-1-5-32-545$/, 'Users'],
];

interface Row {
  readonly account: Account;
  readonly sid: string;
  readonly disabled: boolean | null;
}

/** Names are chosen by people: one that looks like a SID must not pass for it. */
function aliasesOf(name: string | null, sid: string): readonly string[] {
  const bare = name?.includes('\\') === true ? name.slice(name.lastIndexOf('\\') + 1) : undefined;
  const english = WELL_KNOWN.find(([pattern]) => pattern.test(sid))?.[1];
  return [sid, bare, english].filter(
    (alias) => alias !== undefined && alias !== '' && (alias === sid || !SID.test(alias)),
  ) as string[];
}

/** An account whose name Windows cannot tell, such as one that has been deleted or a role of Entra, goes by its SID. */
function rowOf(row: Fields): Row | undefined {
  const [name, sid] = [textField(row, 'Name'), textField(row, 'Sid')?.toUpperCase()];
  if (name === undefined || typeof sid !== 'string' || !SID.test(sid)) return undefined;
  const shown = (name === null || SID.test(name) ? sid : name).slice(0, 300);
  const aliases = aliasesOf(name, sid).map((alias) => alias.slice(0, 300));
  return { account: { name: shown, aliases: [...aliases] }, sid, disabled: flagField(row, 'Disabled') };
}

/** Neither list is ever empty on a working machine. */
const readAccounts = (result: SourceResult | undefined): Known<readonly Row[]> =>
  mapKnown(someRowsOf(result), (rows) => {
    const accounts = rows.map(rowOf).filter((row) => row !== undefined);
    if (accounts.length < rows.length) return unknown('not-understood', 'an account without a SID');
    return accounts.length > MOST ? unknown('output-too-large') : known(accounts);
  });

const accountsOf = (rows: Known<readonly Row[]>): Known<Account[]> =>
  mapKnown(rows, (list) => known(list.map(({ account }) => account)));

/** The guest is an account that Windows comes with, switched off; a list without it has not told. */
const guestOf = (rows: Known<readonly Row[]>): Known<'on' | 'off'> =>
  mapKnown(rows, (list) => {
    const guest = list.find(({ sid }) => sid.endsWith('-501'));
    if (guest?.disabled === undefined || guest.disabled === null) return unknown('not-told', 'no guest in the list');
    return known(guest.disabled ? 'off' : 'on');
  });

/** -500 to -504 are Windows' own, and nobody made them. */
const isOwn = ({ sid }: Row): boolean => /-50[0-4]$/.test(sid);
const isFirst = ({ sid }: Row): boolean => sid.endsWith('-500');

/**
 * The first account is always there, under whatever name it is given: with it a list is never empty, and whatever comes
 * to it is new.
 */
const localOf = (rows: Known<readonly Row[]>): Known<Account[]> =>
  mapKnown(rows, (list) => {
    const own = list.filter(isFirst).map(({ sid }) => ({ name: sid, aliases: ['Administrator'] }));
    if (own.length === 0) return unknown('not-understood', 'not the list of local accounts');
    return known([...own, ...list.filter((row) => !isOwn(row)).map(({ account }) => account)]);
  });

/** Clause 5.4 on Windows: who is in the group of administrators, by SID, and which accounts were made on the device. */
export const accountsWindows: Collector = {
  check: 'accounts',
  sources: [localAdministrators, localAccounts],
  collect(outputs): Observation {
    const local = readAccounts(outputOf(outputs, localAccounts));
    const facts = {
      administrators: told(accountsOf(readAccounts(outputOf(outputs, localAdministrators)))),
      guest: told(guestOf(local)),
      local: told(localOf(local)),
    };
    return { facts: known(facts), events: [] };
  },
};
