import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import type { SettingsFile } from './settings-file.ts';
import type { RawSettings } from './settings-source.ts';

/** What a setting of the database names: an address of PostgreSQL, or else a folder for SQLite. */
export const isPostgres = (location: string): boolean => /^postgres(ql)?:/.test(location);

export function databaseOf(raw: RawSettings<SettingsFile>, workingFolder: string): string {
  const { database = '' } = raw.values;
  if (!isPostgres(database)) return raw.path('database') ?? resolve(workingFolder, 'data/server');
  const url = URL.canParse(database) ? new URL(database) : undefined;
  if (url === undefined || url.pathname.length < 2)
    throw raw.refuse('database', 'postgres:// with a user, a host and the name of a database');
  return database;
}

/** The address past a pooler; null where there is none between. */
export function directOf(raw: RawSettings<SettingsFile>, database: string): string | null {
  const { databaseDirect: direct } = raw.values;
  if (direct === undefined) return null;
  const isAddress = isPostgres(direct) && URL.canParse(direct) && new URL(direct).pathname.length > 1;
  if (isPostgres(database) && isAddress) return direct;
  throw raw.refuse('databaseDirect', 'postgres:// with a user, a host and a database, beside a database of PostgreSQL');
}

/** What cannot be read as an address is not shown at all: it may hold a password. */
export function nameOf(database: string): string {
  if (!isPostgres(database)) return database;
  const { protocol, username, host, pathname } = new URL(database);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}

export function originOf(raw: RawSettings<SettingsFile>, otherwise: string): string {
  const text = raw.values.origin ?? otherwise;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin) throw raw.refuse('origin', 'http:// or https:// with a host and no path');
  return url.origin;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export function authoritiesOf(origin: string, host: string, port: number): string[] {
  const local = LOOPBACK.has(host) ? ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`) : [];
  return [...new Set([new URL(origin).host, ...local])];
}

export function proxiesOf(raw: RawSettings<SettingsFile>): string[] {
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
