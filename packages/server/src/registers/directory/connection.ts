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

interface Line {
  /** Never fulfilled; rejected as soon as the connection fails, is cut, or ends. */
  readonly lost: Promise<never>;
  readonly keep: (socket: Socket) => void;
  readonly cut: (why: Error) => void;
}

/** Of the sockets of one connection: ldapts tells nobody that one closed which was made by StartTLS. */
function createLine(): Line {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  const sockets = new Set<Socket>();
  return {
    lost,
    keep(socket) {
      sockets.add(socket.once('error', reject).once('close', () => reject(cutOff())));
    },
    cut(why) {
      reject(why);
      // An error that nobody listens for would end the process.
      for (const socket of sockets) socket.on('error', () => undefined).destroy(why);
    },
  };
}

const cutOff = (): Error => new Error('The connection to the directory was cut.');

/**
 * Gives what `connect` gives, and does so once: ldapts makes a connection that was cut anew by itself, as nobody and without
 * StartTLS.
 */
function once<T extends typeof connect | typeof connectTls>(make: T, line: Line): T {
  let made = false;
  return new Proxy(make, {
    apply(target, self, given) {
      if (made) throw cutOff();
      made = true;
      const socket: Socket = Reflect.apply(target, self, given);
      line.keep(socket);
      return socket;
    },
  });
}

/** With what is to be done before anything is said. A client given options of TLS would begin with TLS on `ldap://` too. */
function clientOf(connection: LdapConnection, line: Line): { client: Client; secure: () => Promise<void> } {
  const { url } = connection;
  const { protocol, hostname } = new URL(url);
  const options = {
    url,
    ...TIMES,
    createConnection: once(connect, line),
    createSecureConnection: once(connectTls, line),
  };
  if (protocol === 'ldaps:')
    return { client: new Client({ ...options, tlsOptions: tlsOf(connection) }), secure: async () => undefined };
  const host = hostname.replaceAll(/[[\]]/g, '');
  // Whom the certificate must name: an address is not sent as a server's name (RFC 6066, 3).
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  const client = new Client(options);
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
  const line = createLine();
  const { client, secure } = clientOf(connection, line);
  const stop = (): void => line.cut(new Error('The work was stopped.'));
  const tooLate = () => line.cut(new DOMException('It took too long to begin.', 'TimeoutError'));
  const late = setTimeout(tooLate, OPENED_WITHIN_MS);
  signal.addEventListener('abort', stop, { once: true });
  const run = async (): Promise<T> => {
    await secure();
    await client.bind(connection.bindDn, passwordOf(connection));
    clearTimeout(late);
    return work(client);
  };
  try {
    const result = await Promise.race([run(), line.lost]);
    await Promise.race([client.unbind(), line.lost]).catch(() => undefined);
    return result;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    line.cut(cutOff());
  }
}
