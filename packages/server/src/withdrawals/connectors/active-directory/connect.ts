import { ResultCodeError } from 'ldapts';
import { codeOf, StartError } from '../../../errors.ts';
import { farEndWords } from '../../../notify/http.ts';
import { withClient } from '../../../registers/directory/connection.ts';
import type { ActiveDirectorySettings } from '../../../settings-connectors.ts';
import { NeedsPerson } from '../../connector.ts';
import type { Directory } from './directory.ts';
import { ldapDirectory, readRoot } from './ldap.ts';

/** A controller that could not be asked at all; nothing was changed on it. */
export interface Closed {
  readonly open: false;
  readonly where: string;
  readonly why: string;
  /** Whether trying again cannot help. */
  readonly needsPerson: boolean;
}
export type Opened<T> = { readonly open: true; readonly value: T } | Closed;

/** Does something on one controller, over a connection of its own. What fails once it is open is thrown. */
export type Open = <T>(
  url: string,
  signal: AbortSignal,
  work: (directory: Directory) => Promise<T>,
) => Promise<Opened<T>>;

const INVALID_CREDENTIALS = 49;
/** No such object, and no distinguished name at all. */
const NOWHERE = new Set([32, 34]);
const isOfCertificate = (error: unknown): boolean => /CERT|SIGNATURE|ISSUER|SELF_SIGNED/.test(codeOf(error) ?? '');

function closedBecause(where: string, error: unknown): Closed {
  const closed = (why: string, needsPerson: boolean): Closed => ({ open: false, where, why, needsPerson });
  if (error instanceof NeedsPerson || error instanceof StartError) return closed(error.message, true);
  if (error instanceof ResultCodeError && error.code === INVALID_CREDENTIALS)
    return closed(
      `${where} does not let Beadle's account in: look at its password, and whether it is disabled or locked.`,
      true,
    );
  if (error instanceof ResultCodeError) return closed(`${where} refused (LDAP result code ${error.code}).`, false);
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EACCES')
    return closed('The file of the password or of the authority of connectors.activeDirectory cannot be read.', true);
  return closed(farEndWords(where, error), isOfCertificate(error));
}

/** In words that name no secret, with the code that one looks up. */
function broken(where: string, error: unknown): unknown {
  if (error instanceof ResultCodeError && NOWHERE.has(error.code))
    return new NeedsPerson(`${where} has no such place: look at base and groups of connectors.activeDirectory.`, {
      cause: error,
    });
  if (error instanceof ResultCodeError)
    return new Error(`${where} refused (LDAP result code ${error.code}).`, { cause: error });
  return error;
}

export const ldapOpen =
  (settings: ActiveDirectorySettings): Open =>
  async (url, signal, work) => {
    const { host } = new URL(url);
    let isOpen = false;
    try {
      const value = await withClient({ ...settings, url }, signal, async (client) => {
        const root = await readRoot(client);
        if (root.isReadOnly)
          throw new NeedsPerson(
            `${host} is a read-only domain controller: name the writable ones alone in the settings.`,
          );
        isOpen = true;
        return work(ldapDirectory(client, root, settings.base));
      });
      return { open: true, value };
    } catch (error) {
      signal.throwIfAborted();
      if (isOpen) throw broken(host, error);
      return closedBecause(host, error);
    }
  };

/** On the first controller that can be asked. */
export async function onOne<T>(
  servers: readonly string[],
  open: Open,
  signal: AbortSignal,
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  const closed: Closed[] = [];
  for (const url of servers) {
    const opened = await open(url, signal, work);
    if (opened.open) return opened.value;
    closed.push(opened);
  }
  const words = `No domain controller could be asked. ${closed.map(({ why }) => why).join(' ')}`;
  throw closed.every(({ needsPerson }) => needsPerson) ? new NeedsPerson(words) : new Error(words);
}
