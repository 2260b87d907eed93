import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
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
/** Connected, by TLS, and let in. */
const OPENED_WITHIN_MS = 20_000;

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

/** Gives what `connect` gives, and remembers it: ldapts leaves a connection that is being made to itself. */
const kept = <T extends typeof connect | typeof connectTls>(make: T, sockets: Set<Socket>): T =>
  new Proxy(make, {
    apply(target, self, given) {
      const socket: Socket = Reflect.apply(target, self, given);
      sockets.add(socket);
      return socket;
    },
  });

interface Made {
  readonly client: Client;
  /** Before anything is said. */
  readonly secure: () => Promise<void>;
  /** At once; whatever waits for an answer fails. */
  readonly cut: (why: Error) => void;
}

/** A client given options of TLS would begin with TLS on an `ldap://` address too. */
function clientOf(connection: LdapConnection): Made {
  const { url } = connection;
  const { protocol, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  const cut = (why: Error) => {
    // An error that nobody listens for would end the process.
    for (const socket of sockets) socket.on('error', () => undefined).destroy(why);
  };
  const makers = {
    createConnection: kept(connect, sockets),
    createSecureConnection: kept(connectTls, sockets),
  };
  if (protocol === 'ldaps:') {
    const client = new Client({ url, ...TIMES, ...makers, tlsOptions: tlsOf(connection) });
    return { client, secure: async () => undefined, cut };
  }
  const host = hostname.replaceAll(/[[\]]/g, '');
  // Whom the certificate must name: an address is not sent as a server's name (RFC 6066, 3).
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  const client = new Client({ url, ...TIMES, ...makers });
  return { client, secure: () => client.startTLS({ ...tlsOf(connection), ...named }), cut };
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
  const { client, secure, cut } = clientOf(connection);
  const stop = (): void => cut(new Error('The work was stopped.'));
  const late = setTimeout(() => cut(new DOMException('It took too long to begin.', 'TimeoutError')), OPENED_WITHIN_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await secure();
    await client.bind(connection.bindDn, passwordOf(connection));
    clearTimeout(late);
    const result = await work(client);
    await client.unbind().catch(() => undefined);
    return result;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    cut(new Error('The connection is no longer needed.'));
  }
}
