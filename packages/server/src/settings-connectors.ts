import { readFileSync } from 'node:fs';
import type { Facility } from './facilities.ts';
import type { ActiveDirectoryFile, ConnectorsFile, ConnectorWebhookFile } from './settings-connectors-file.ts';
import { addressIn, addressOf, proxyOf, refuseTwice } from './settings-far-end.ts';
import type { RawSettings } from './settings-source.ts';

/** What carries a facility in the directory. */
export interface Carried {
  readonly disableAccount: boolean;
  /** Distinguished names. */
  readonly groups: readonly string[];
}

export interface ActiveDirectorySettings {
  readonly enabled: boolean;
  /** Every writable domain controller, `ldaps://` or `ldap://` with StartTLS; the first that answers is written to. */
  readonly servers: readonly string[];
  readonly caFile: string | null;
  readonly bindDn: string;
  /** Read at each connection, so that a changed password needs no restart. */
  readonly readPassword: () => string;
  readonly base: string;
  readonly facilities: ReadonlyMap<Facility, Carried>;
}

export interface ConnectorWebhookSettings {
  readonly name: string;
  readonly enabled: boolean;
  /** The host, or the file that holds the address: never the address itself, in which there may be a secret. */
  readonly destination: string;
  /** Read at each attempt, where it is in a file. Throws in words. */
  readonly readUrl: () => string;
  /** Read at each attempt; a secret a line, all of which sign. */
  readonly secretFile: string;
  readonly facilities: readonly Facility[];
  readonly proxy: string | null;
}

export interface ConnectorsSettings {
  /** Null: the directory is not touched. */
  readonly activeDirectory: ActiveDirectorySettings | null;
  readonly webhooks: readonly ConnectorWebhookSettings[];
}

type Raw = Pick<RawSettings<unknown>, 'path' | 'refuse'>;
const AD = 'connectors.activeDirectory';
/** The names of connectors that are no webhook. */
const TAKEN = new Set(['active-directory', 'device', 'by-hand']);

/** However a person writes it: the case of letters and blanks around `,` and `=` mean nothing. */
export const plainDn = (dn: string): string => dn.toLowerCase().replaceAll(/\s*([,=])\s*/g, '$1');

function facilitiesOf(file: ActiveDirectoryFile, raw: Raw): Map<Facility, Carried> {
  const carried = new Map<Facility, Carried>();
  const owners = new Map<string, Facility>();
  for (const [index, { facility, disableAccount = false, groups = [] }] of file.facilities.entries()) {
    const key = `${AD}.facilities[${index}]`;
    if (carried.has(facility)) throw raw.refuse(key, `another facility for each, not ${facility} twice`);
    if (disableAccount && facility !== 'network')
      throw raw.refuse(key, `disableAccount with the facility network alone, not with ${facility}`);
    if (!disableAccount && groups.length === 0) throw raw.refuse(key, 'groups, or disableAccount: true');
    for (const group of groups) {
      const owner = owners.get(plainDn(group));
      if (owner !== undefined)
        throw raw.refuse(key, `a group of one facility alone, not ${group}, which carries ${owner}`);
      owners.set(plainDn(group), facility);
    }
    carried.set(facility, Object.freeze({ disableAccount, groups: Object.freeze([...groups]) }));
  }
  return carried;
}

/** The global catalogue's ports only read. */
function serversOf(file: ActiveDirectoryFile, raw: Raw): readonly string[] {
  const servers = file.servers.map((url) => url.replace(/\/$/, ''));
  refuseTwice(servers, `${AD}.servers`, raw);
  for (const url of servers) {
    if (!URL.canParse(url)) throw raw.refuse(`${AD}.servers`, `ldaps:// with a host, not ${url}`);
    if (/^326[89]$/.test(new URL(url).port))
      throw raw.refuse(`${AD}.servers`, `port 636 or 389, not the global catalogue of ${url}, which takes no changes`);
  }
  return Object.freeze(servers);
}

function activeDirectoryOf(file: ActiveDirectoryFile, raw: Raw): ActiveDirectorySettings {
  const passwordFile = raw.path(`${AD}.passwordFile`);
  if ((passwordFile === undefined) === (file.password === undefined))
    throw raw.refuse(
      `${AD}.passwordFile`,
      `${AD}.passwordFile or the variable BEADLE_SERVER_CONNECTORS_ACTIVE_DIRECTORY_PASSWORD`,
    );
  return Object.freeze({
    enabled: file.enabled ?? false,
    servers: serversOf(file, raw),
    caFile: raw.path(`${AD}.caFile`) ?? null,
    bindDn: file.bindDn,
    readPassword: () => file.password ?? readFileSync(passwordFile ?? '', 'utf8').replace(/\r?\n$/, ''),
    base: file.base,
    facilities: facilitiesOf(file, raw),
  });
}

function webhookOf(file: ConnectorWebhookFile, index: number, raw: Raw): ConnectorWebhookSettings {
  const key = `connectors.webhooks[${index}]`;
  const { name, url, urlFile } = file;
  if (TAKEN.has(name)) throw raw.refuse(`${key}.name`, `another name than ${name}, which is another connector's`);
  if ((url === undefined) === (urlFile === undefined)) throw raw.refuse(key, 'either url or urlFile');
  const address = url === undefined ? undefined : addressOf(url, `${key}.url`, raw);
  const addressFile = raw.path(`${key}.urlFile`) ?? '';
  return Object.freeze({
    name,
    enabled: file.enabled ?? false,
    destination: address?.host ?? addressFile,
    readUrl: () => address?.href ?? addressIn(addressFile),
    secretFile: raw.path(`${key}.secretFile`) ?? file.secretFile,
    facilities: Object.freeze([...new Set(file.facilities)]),
    proxy: proxyOf(file.proxy, `${key}.proxy`, raw),
  });
}

/** Throws a `StartError` that names the key, what was expected and what to write. */
export function connectorsOf(file: ConnectorsFile = {}, raw: Raw): ConnectorsSettings {
  const { activeDirectory, webhooks = [] } = file;
  refuseTwice(
    webhooks.map(({ name }) => name),
    'connectors.webhooks',
    raw,
  );
  return Object.freeze({
    activeDirectory: activeDirectory === undefined ? null : activeDirectoryOf(activeDirectory, raw),
    webhooks: Object.freeze(webhooks.map((one, index) => webhookOf(one, index, raw))),
  });
}
