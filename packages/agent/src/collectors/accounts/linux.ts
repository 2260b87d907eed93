import { type Account, isKnown, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { administrators, localAccounts } from '../../sources/linux/accounts.ts';
import { firstLine, outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** getent(1): one of the keys was not found. The groups that there are have been printed. */
const SOME_MISSING = 2;
const GROUP = /^([^:\s]+):[^:]*:\d*:([^:]*)$/;
const MOST = 1000;

const accountOf = (name: string): Account => ({ name, aliases: [] });

/**
 * Members of `sudo`, `wheel` and `admin`, whichever the distribution has. No such group at all is no answer: somebody may
 * still become root by a rule of sudo's own.
 */
function readAdministrators(result: SourceResult | undefined): Known<Account[]> {
  const ended = result?.kind === 'output' && result.exitCode === SOME_MISSING ? { ...result, exitCode: 0 } : result;
  return mapKnown(textOf(ended), (text) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const members = lines.map((line) => GROUP.exec(line.trim())?.[2]);
    if (lines.length === 0) return unknown('not-told', 'there is no group of administrators');
    if (members.includes(undefined)) return unknown('not-understood', firstLine(text));
    const names = new Set(members.flatMap((list) => list?.split(',') ?? []).flatMap((name) => name.trim() || []));
    return names.size > MOST ? unknown('output-too-large') : known([...names].map(accountOf));
  });
}

interface Entry {
  readonly name: string;
  readonly id: number;
  readonly shell: string;
}

function entryOf(line: string): Entry | undefined {
  const [name = '', , id = '', , , , shell] = line.split(':');
  return shell === undefined || name === '' || !/^\d+$/.test(id)
    ? undefined
    : { name, id: Number(id), shell: shell.trim() };
}

const NO_SHELL = /\/(nologin|false|sync|shutdown|halt)$/;
/** login.defs' UID_MIN and the number of `nobody`: people's accounts lie between. */
const [FIRST_PERSON, NOBODY] = [1000, 65_534];

const maySignIn = ({ id, shell }: Entry): boolean => id >= FIRST_PERSON && id !== NOBODY && !NO_SHELL.test(shell);

const readEntries = (result: SourceResult | undefined): Known<Entry[]> =>
  mapKnown(textOf(result), (text) => {
    const entries = text
      .split('\n')
      .filter((line) => line !== '')
      .map(entryOf);
    const understood = entries.flatMap((entry) => entry ?? []);
    if (understood.length !== entries.length || !understood.some(({ id }) => id === 0))
      return unknown('not-understood', 'not the list of accounts');
    return understood.length > MOST ? unknown('output-too-large') : known(understood);
  });

/** No distribution that is still supported lets a guest in unless somebody makes an account for one. */
const guestOf = (entries: Known<Entry[]>): Known<'on' | 'off'> =>
  mapKnown(entries, (all) => known(all.some((entry) => entry.name === 'guest' && maySignIn(entry)) ? 'on' : 'off'));

/** Clause 5.4 on Linux: who may become root, and which accounts of people were made on the device. */
export const accountsLinux: Collector = {
  check: 'accounts',
  sources: [administrators, localAccounts],
  collect(outputs): Observation {
    const entries = readEntries(outputOf(outputs, localAccounts));
    const local = isKnown(entries)
      ? known(entries.known.filter(maySignIn).map(({ name }) => accountOf(name)))
      : entries;
    const facts = {
      administrators: told(readAdministrators(outputOf(outputs, administrators))),
      guest: told(guestOf(entries)),
      local: told(local),
    };
    return { facts: known(facts), events: [] };
  },
};
