import { type Entry, Filter, ResultCodeError } from 'ldapts';
import { codeOf, StartError } from '../../errors.ts';
import type { DirectorySettings } from '../../settings-directory.ts';
import { CONTROL, DISABLED, IN_CHAIN, sameDn, textOf, withClient } from './connection.ts';

/** What the directory answered, before anything is made of it. */
export interface DirectoryAnswer {
  readonly people: readonly DirectoryPerson[];
  /** The distinguished names of everybody in each group of the allow-list, by way of other groups too. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface DirectoryPerson {
  readonly dn: string;
  readonly account: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** A distinguished name. */
  readonly manager: string | undefined;
  readonly population: string | undefined;
  readonly disabled: boolean;
}

const PAGE = 500;

const failed = (url: string, why: string, cause?: unknown): StartError =>
  new StartError(`${url}: ${why}; nothing was changed.`, { cause });

/** In words that name no secret; a code of LDAP's or of the system's is what one looks up. */
function explained(url: string, error: unknown): StartError {
  if (error instanceof StartError) return error;
  if (error instanceof ResultCodeError)
    return failed(url, `the directory refused (LDAP result code ${error.code})`, error);
  return failed(url, `the directory could not be asked (${codeOf(error) ?? 'no answer'})`, error);
}

interface Session {
  readonly settings: DirectorySettings;
  readonly search: (base: string, filter: string, attributes: readonly string[]) => Promise<readonly Entry[]>;
}

function withSession<T>(
  settings: DirectorySettings,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withClient(settings, signal, (client) =>
    work({
      settings,
      search: async (base, filter, attributes) => {
        const paged = { pageSize: PAGE };
        const options = { scope: 'sub' as const, filter, attributes: [...attributes], paged };
        const { searchEntries } = await client.search(base, options);
        if (!client.isBound) throw failed(settings.url, 'the connection was cut while people were read');
        return searchEntries;
      },
    }),
  );
}

async function readPeople({ settings, search }: Session): Promise<DirectoryPerson[]> {
  const { account, name, email, lineManager, population } = settings.attributes;
  const asked = [account, name, email, lineManager, CONTROL, ...(population === null ? [] : [population])];
  const entries = await search(settings.base, settings.filter, asked);
  return entries.map((entry) => ({
    dn: entry.dn,
    account: textOf(entry, account),
    name: textOf(entry, name),
    email: textOf(entry, email),
    manager: textOf(entry, lineManager),
    population: textOf(entry, population),
    disabled: (Number(textOf(entry, CONTROL) ?? 0) & DISABLED) !== 0,
  }));
}

/** A group that is not there, or twice, is a mistake in the allow-list, and no reason to empty it. */
async function readMembers({ settings, search }: Session, group: string): Promise<ReadonlySet<string>> {
  const named = `(&(objectClass=group)(cn=${Filter.escape(group)}))`;
  const [found, ...more] = await search(settings.groupBase, named, ['cn']);
  if (found === undefined || more.length > 0)
    throw failed(settings.url, `the group ${group} is there ${found === undefined ? 'not at all' : 'more than once'}`);
  const within = `(&${settings.filter}(memberOf:${IN_CHAIN}:=${Filter.escape(found.dn)}))`;
  const members = await search(settings.base, within, [settings.attributes.account]);
  return new Set(members.map(({ dn }) => sameDn(dn)));
}

/** Reads people and who of them is in the groups of the allow-list. Asks for the attributes of the settings alone. */
export async function readDirectory(settings: DirectorySettings, signal: AbortSignal): Promise<DirectoryAnswer> {
  try {
    return await withSession(settings, signal, async (session) => {
      const people = await readPeople(session);
      const members = new Map<string, ReadonlySet<string>>();
      for (const group of settings.groups) members.set(group, await readMembers(session, group));
      return { people, members };
    });
  } catch (error) {
    throw explained(settings.url, error);
  }
}
