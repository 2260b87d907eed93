import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@beadle/shared';
import { Reader } from 'mmdb-lib';
import type { Log } from '../log.ts';

/** The country (ISO 3166-1 alpha-2) of an address, or null where it is not known. Keeps nothing. */
export type CountryOf = (address: string) => string | null;

const PACKAGED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Addresses move between countries: what is older than this is not relied on. */
const TOO_OLD_MS = 366 * 86_400_000;

/** Networks that are in no country (IANA's special-purpose registries), which a database may yet give one. */
const NOWHERE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 8, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** One list a family: a list of both takes an IPv4 address for the IPv6 one that it can be written as. */
function listOf(wanted: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of NOWHERE) if (family === wanted) list.addSubnet(network, prefix, family);
  return list;
}
const nowhere = { ipv4: listOf('ipv4'), ipv6: listOf('ipv6') } as const;

/** What stands in a record: of MaxMind's own and DB-IP's `country.iso_code`, of ip-location-db's `country_code`. */
interface Found {
  readonly country?: { readonly iso_code?: string };
  readonly country_code?: string;
}

function codeIn(found: Found | null): string | null {
  const code = found?.country?.iso_code ?? found?.country_code ?? '';
  // ZZ is nobody's, EU and AP are regions.
  return /^[A-Z]{2}$/.test(code) && !['ZZ', 'EU', 'AP'].includes(code) ? code : null;
}

const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

function isSomewhere(address: string): boolean {
  const version = isIP(address);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return version !== 0 && !nowhere[family].check(address, family);
}

export interface CountriesDeps {
  /** A MaxMind DB file; null for the one in the package. */
  readonly file: string | null;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Looks countries up in a file on this machine, which is read at the first question and not before. */
export function createCountries({ file, clock, log }: CountriesDeps): CountryOf {
  let reader: { readonly get: (address: string) => Found | null } | undefined;
  const none = { get: () => null };
  function open() {
    try {
      const opened = new Reader<never>(readFileSync(file ?? fileURLToPath(import.meta.resolve(PACKAGED))));
      const builtAt = opened.metadata.buildEpoch.getTime();
      if (clock.now() - builtAt <= TOO_OLD_MS) return opened as unknown as typeof none;
      log.warn({ builtAt }, 'the countries of addresses are too old to rely on: set countriesFile to a newer file');
    } catch (error) {
      log.warn({ err: error }, 'the countries of addresses could not be read: set countriesFile to a MaxMind DB file');
    }
    return none;
  }
  return (given) => {
    const address = withoutMapping(given);
    if (!isSomewhere(address)) return null;
    reader ??= open();
    return codeIn(reader.get(address));
  };
}
