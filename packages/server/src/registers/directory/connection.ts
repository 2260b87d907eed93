import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Client, type Entry } from 'ldapts';
import { StartError } from '../../errors.ts';

/** How one server of a directory is spoken to. */
export interface LdapConnection {
  /** `ldaps://` is TLS from the first byte; with `ldap://` TLS begins before anything is said (StartTLS), or nothing is. */
  readonly url: string;
  /** The authority that signed its certificate, where this machine does not trust it already. */
  readonly caFile: string | null;
  readonly bindDn: string;
  /** Read at each connection, so that a changed password needs no restart. */
  readonly readPassword: () => string;
}

const TIMES = { connectTimeout: 10_000, timeout: 30_000 } as const;

/**
 * LDAP_MATCHING_RULE_IN_CHAIN: a member by way of other groups is one
 * (https://learn.microsoft.com/windows/win32/adsi/search-filter-syntax).
 */
export const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** Bit ADS_UF_ACCOUNTDISABLE (https://learn.microsoft.com/windows/win32/adschema/a-useraccountcontrol). */
export const DISABLED = 2;
export const CONTROL = 'userAccountControl';

/** Directories do not tell the cases of letters in a distinguished name apart. */
export const sameDn = (dn: string): string => dn.toLowerCase();

/** The first value, without blanks around it; undefined where there is none. */
export function textOf(entry: Entry, attribute: string | null): string | undefined {
  const value = attribute === null ? undefined : entry[attribute];
  const [first] = Array.isArray(value) ? value : [value];
  return typeof first === 'string' && first.trim() !== '' ? first.trim() : undefined;
}

function tlsOf({ caFile }: LdapConnection) {
  const ca = caFile === null ? {} : { ca: readFileSync(caFile) };
  return { ...ca, minVersion: 'TLSv1.2' } as const;
}

/** A client given options of TLS would begin with TLS on an `ldap://` address too. */
function clientOf(connection: LdapConnection): { readonly client: Client; readonly secure: () => Promise<void> } {
  const { url } = connection;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'ldaps:')
    return { client: new Client({ url, ...TIMES, tlsOptions: tlsOf(connection) }), secure: async () => undefined };
  const host = hostname.replaceAll(/[[\]]/g, '');
  // Whom the certificate must name: an address is not sent as a server's name (RFC 6066, 3).
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  const client = new Client({ url, ...TIMES });
  return { client, secure: () => client.startTLS({ ...tlsOf(connection), ...named }) };
}

/** A bind without a password succeeds, as nobody (RFC 4513, 5.1.2). */
function passwordOf({ url, readPassword }: LdapConnection): string {
  const password = readPassword();
  if (password === '') throw new StartError(`${url}: the password of the account is empty; nothing was changed.`);
  return password;
}

/** One connection, bound from its beginning to its end: one that was cut and made anew would ask as nobody. */
export async function withClient<T>(
  connection: LdapConnection,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { client, secure } = clientOf(connection);
  const stop = (): void => void client.unbind().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await secure();
    await client.bind(connection.bindDn, passwordOf(connection));
    return await work(client);
  } finally {
    signal.removeEventListener('abort', stop);
    await client.unbind().catch(() => undefined);
  }
}
