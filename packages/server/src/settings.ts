import { resolve } from 'node:path';
import { type DirectorySettings, directoryOf } from './settings-directory.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { type DeviceWithdrawals, deviceWithdrawalsOf } from './settings-device-withdrawals.ts';
import { authoritiesOf, databaseOf, directOf, isPostgres, nameOf, originOf, proxiesOf } from './settings-addresses.ts';
import { connectorsOf, type ConnectorsSettings } from './settings-connectors.ts';
import { SettingsFile } from './settings-file.ts';
import { notifyOf, type NotifySettings } from './settings-notify.ts';
import { oidcOf, type OidcSettings } from './settings-oidc.ts';
import { type RawSettings, readRaw, type SettingsSource } from './settings-source.ts';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string | null;
  /** Read at each connection, so that a changed password needs no restart. */
  readonly passwordFile: string | null;
  readonly from: string;
}

export interface Settings extends NotifySettings {
  /** The folder of the SQLite database, or the address of PostgreSQL, which may hold a password: show `databaseName`. */
  readonly database: string;
  /** The same without a password, for people. */
  readonly databaseName: string;
  /** The same database past a pooler that shares connections; null where nothing shares them. May hold a password. */
  readonly databaseDirect: string | null;
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
  /** Stands on every page of the console, such as that what it shows is invented; null for nothing. */
  readonly notice: string | null;
  readonly trustedProxies: readonly string[];
  /** A MaxMind DB of countries that the council keeps up to date; null for the one that comes with Beadle. */
  readonly countriesFile: string | null;
  readonly logLevel: NonNullable<SettingsFile['logLevel']>;
  readonly logFile: string | null;
  /** Null: people come from files alone. */
  readonly directory: DirectorySettings | null;
  /** The systems in which access is withdrawn. */
  readonly connectors: ConnectorsSettings;
  /** Null: people sign in with accounts and codes alone. */
  readonly oidc: OidcSettings | null;
  /** Whether an account needs a code of an authenticator app beside its password. */
  readonly secondFactor: 'required' | 'optional';
  readonly limits: Limits;
  /** Null: nobody's device is withdrawn but by hand. */
  readonly deviceWithdrawals: DeviceWithdrawals | null;
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
    databaseDirect: directOf(raw, database),
    databaseConnections: values.databaseConnections ?? 10,
    host,
    port,
    origin,
    authorities: Object.freeze(authoritiesOf(origin, host, port)),
    keysFolder: keysFolderOf(raw, beside),
    mailFolder: raw.path('mailFolder') ?? resolve(beside, 'mail'),
    smtp: smtp === undefined ? null : Object.freeze(smtpOf(smtp, raw)),
    ...notifyOf(raw),
    organisation: values.organisation ?? 'The council',
    notice: values.notice ?? null,
    trustedProxies: Object.freeze(proxiesOf(raw)),
    countriesFile: raw.path('countriesFile') ?? null,
    logLevel: values.logLevel ?? 'info',
    logFile: raw.path('logFile') ?? null,
    directory: values.directory === undefined ? null : Object.freeze(directoryOf(values.directory, raw)),
    connectors: connectorsOf(values.connectors, raw),
    oidc: values.oidc === undefined ? null : oidcOf(values.oidc, raw),
    secondFactor: values.secondFactor ?? 'optional',
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...values.limits }),
    deviceWithdrawals: deviceWithdrawalsOf(values.deviceWithdrawals),
  });
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
