import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { DEFAULT_LIMITS, type Limits, LimitsFile } from './limits.ts';
import { type RawSettings, readRaw, type SettingsSource } from './settings-source.ts';
import { isPostgres } from './db/open.ts';

const Path = (example: string) =>
  Type.String({ minLength: 1, maxLength: 4096, description: 'a path', examples: [example] });
const Host = Type.String({
  pattern: '^[A-Za-z0-9.:_-]{1,253}$',
  description: 'a host name or an address',
  examples: ['127.0.0.1'],
});
const Port = Type.Integer({
  minimum: 1,
  maximum: 65_535,
  description: 'a port number from 1 to 65535',
  examples: [8420],
});
const Address = Type.String({
  pattern: '^[^\\s@<>,;"]{1,64}@[A-Za-z0-9.-]{1,253}$',
  description: 'an e-mail address',
  examples: ['beadle@council.gov.uk'],
});
const closed = { additionalProperties: false } as const;

/** What `beadle-server.yaml` may hold; every key is also a variable, `smtp.passwordFile` as `BEADLE_SERVER_SMTP_PASSWORD_FILE`. */
export const SettingsFile = Type.Object(
  {
    database: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'the path of a folder, or the postgres:// address of a PostgreSQL database',
        examples: ['/var/lib/beadle-server', 'postgres://beadle@db.council.gov.uk/beadle'],
      }),
    ),
    /** Of each server process, to PostgreSQL. */
    databaseConnections: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 200, description: 'a number from 2 to 200', examples: [10] }),
    ),
    host: Type.Optional(Host),
    port: Type.Optional(Port),
    origin: Type.Optional(
      Type.String({
        description: 'the address by which devices and people reach the server, without a path',
        examples: ['https://beadle.council.gov.uk'],
      }),
    ),
    keysFolder: Type.Optional(Path('/etc/beadle-server/keys')),
    mailFolder: Type.Optional(Path('/var/spool/beadle')),
    smtp: Type.Optional(
      Type.Object(
        {
          host: Host,
          port: Type.Optional({ ...Port, examples: [587] }),
          /** TLS from the first byte; without it STARTTLS is used where the server offers it. */
          secure: Type.Optional(Type.Boolean({ description: 'true or false', examples: [true] })),
          user: Type.Optional(
            Type.String({ minLength: 1, maxLength: 200, description: 'a user name', examples: ['beadle'] }),
          ),
          passwordFile: Type.Optional(Path('/etc/beadle-server/smtp-password')),
          from: Address,
        },
        closed,
      ),
    ),
    organisation: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: "the council's name",
        examples: ['Dacorum Borough Council'],
      }),
    ),
    trustedProxies: Type.Optional(
      Type.Array(Type.String(), {
        description: 'a list of addresses or networks of proxies',
        examples: [['10.1.0.0/16']],
      }),
    ),
    logLevel: Type.Optional(
      Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
        description: 'one of trace, debug, info, warn, error, fatal',
        examples: ['info'],
      }),
    ),
    logFile: Type.Optional(Path('/var/log/beadle-server.log')),
    limits: Type.Optional(LimitsFile),
  },
  closed,
);
export type SettingsFile = Static<typeof SettingsFile>;

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string | null;
  /** Read at each connection, so that a changed password needs no restart. */
  readonly passwordFile: string | null;
  readonly from: string;
}

export interface Settings {
  /** The folder of the SQLite database, or the address of PostgreSQL, which may hold a password: show `databaseName`. */
  readonly database: string;
  /** The same without a password, for people. */
  readonly databaseName: string;
  readonly databaseConnections: number;
  readonly host: string;
  readonly port: number;
  /** As in the address bar: scheme, host and, where it is not the scheme's own, port. */
  readonly origin: string;
  /** The authorities that a device's signature may name (RFC 9421, 2.2.3): the origin's, and on loopback its other names. */
  readonly authorities: readonly string[];
  /** Beside the database's folder, never in it: the keys are in no backup of it. */
  readonly keysFolder: string;
  readonly mailFolder: string;
  /** Null: mail is written to `mailFolder` instead. */
  readonly smtp: SmtpSettings | null;
  readonly organisation: string;
  readonly trustedProxies: readonly string[];
  readonly logLevel: NonNullable<SettingsFile['logLevel']>;
  readonly logFile: string | null;
  readonly limits: Limits;
}

/** Throws a `StartError` with exit code 2 that names the file's key or the variable, what was expected and what to write. */
export function readSettings(source: SettingsSource): Settings {
  const raw = readRaw(SettingsFile, source);
  const { values } = raw;
  const database = databaseOf(raw, source.workingFolder);
  // What belongs to a database and is not in it lies beside its folder, or where the folder would be.
  const beside = isPostgres(database) ? resolve(source.workingFolder, 'data/server') : database;
  const { host = '127.0.0.1', port = 8420, smtp } = values;
  const origin = originOf(raw, `http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return Object.freeze({
    database,
    databaseName: nameOf(database),
    databaseConnections: values.databaseConnections ?? 10,
    host,
    port,
    origin,
    authorities: Object.freeze(authoritiesOf(origin, host, port)),
    keysFolder: keysFolderOf(raw, beside),
    mailFolder: raw.path('mailFolder') ?? resolve(beside, 'mail'),
    smtp: smtp === undefined ? null : Object.freeze(smtpOf(smtp, raw)),
    organisation: values.organisation ?? 'The council',
    trustedProxies: Object.freeze(proxiesOf(raw)),
    logLevel: values.logLevel ?? 'info',
    logFile: raw.path('logFile') ?? null,
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...values.limits }),
  });
}

function databaseOf(raw: RawSettings<SettingsFile>, workingFolder: string): string {
  const { database = '' } = raw.values;
  if (!isPostgres(database)) return raw.path('database') ?? resolve(workingFolder, 'data/server');
  const url = URL.canParse(database) ? new URL(database) : undefined;
  if (url === undefined || url.pathname.length < 2)
    throw raw.refuse('database', 'postgres:// with a user, a host and the name of a database');
  return database;
}

/** What cannot be read as an address is not shown at all: it may hold a password. */
function nameOf(database: string): string {
  if (!isPostgres(database)) return database;
  const { protocol, username, host, pathname } = new URL(database);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}

function smtpOf(smtp: NonNullable<SettingsFile['smtp']>, raw: RawSettings<SettingsFile>): SmtpSettings {
  const { host, secure = false, user = null, from } = smtp;
  const passwordFile = raw.path('smtp.passwordFile') ?? null;
  if ((user === null) !== (passwordFile === null))
    throw raw.refuse('smtp.user', 'both smtp.user and smtp.passwordFile, or neither');
  return { host, port: smtp.port ?? (secure ? 465 : 587), secure, user, passwordFile, from };
}

function keysFolderOf(raw: RawSettings<SettingsFile>, database: string): string {
  const folder = raw.path('keysFolder') ?? `${database}-keys`;
  if (`${folder}/`.startsWith(`${database}/`)) {
    throw raw.refuse('keysFolder', 'a folder outside of the database, so that no copy of the database holds the keys');
  }
  return folder;
}

function originOf(raw: RawSettings<SettingsFile>, otherwise: string): string {
  const text = raw.values.origin ?? otherwise;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin) throw raw.refuse('origin', 'http:// or https:// with a host and no path');
  return url.origin;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

function authoritiesOf(origin: string, host: string, port: number): string[] {
  const local = LOOPBACK.has(host) ? ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`) : [];
  return [...new Set([new URL(origin).host, ...local])];
}

function proxiesOf(raw: RawSettings<SettingsFile>): string[] {
  const proxies = [...(raw.values.trustedProxies ?? [])];
  const wrong = proxies.find((proxy) => !isNetwork(proxy));
  if (wrong !== undefined) throw raw.refuse('trustedProxies', 'addresses or networks such as 10.1.0.0/16');
  return proxies;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}
