import { sectionOf } from '../../../test/hostile/things.ts';
import type { Endpoint } from '../../../test/hostile/endpoints.ts';
import type { LargeCouncil } from './council.ts';
import type { Places } from './places.ts';
import { NOW, YEAR_MS } from './sizes.ts';

/** One address that is measured. */
export interface Address {
  /** As a reader knows it: the route, or what is asked of a list. */
  readonly name: string;
  /** The same with things that are there, the first that is answered with a page. */
  readonly urls: readonly string[];
}

/** Neither pages nor lists of the council's: what is made once for all, and a code that holds once. */
const NOT_ASKED = /^\/(assets|api\/docs|sign-in\/(:code|oidc|second-factor)|set-password|language)/;

/** A file, or a chain that is followed from its first link: as long as what it has. */
export const isDownload = ({ name }: Pick<Address, 'name'>): boolean =>
  /\.csv|format=pdf|baseline\/file|audit\/verification|\/sent$|\/export$|\/evidence$/.test(name);

function urlsOf(url: string, places: Places): string[] {
  const parts = [...url.matchAll(/:(\w+)/g)].map(([, part = '']) => part);
  const known = parts.map((part) => places[`${sectionOf(url)}.${part}`] ?? places[part] ?? []);
  const most = Math.max(1, ...known.map(({ length }) => length));
  if (known.some(({ length }) => length === 0)) throw new Error(`${url} has no place in scripts/bench/pages/places.ts`);
  return Array.from({ length: most }, (_, index) =>
    parts.reduce((whole, part, at) => {
      const values = known[at] ?? [];
      return whole.replace(`:${part}`, encodeURIComponent(values[index] ?? values[0] ?? ''));
    }, url),
  );
}

const cursor = (...values: (string | number)[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

/** What the addresses of heavy cases name. */
interface Named {
  /** The device with most findings, one with as many as most, and one whose id stands in a cursor. */
  readonly tag: string;
  readonly middle: string;
  readonly device: string;
  /** An old breach: when it was opened, its id and its reference; and the reference of the busiest. */
  readonly at: number;
  readonly id: string;
  readonly ref: string;
  readonly busiest: string;
  readonly viewer: string;
}

function namedIn({ devices, breaches }: LargeCouncil, viewer: string): Named {
  const early = breaches[Math.floor(breaches.length * 0.02)];
  return {
    tag: devices[0]?.tag ?? '',
    middle: devices[Math.floor(devices.length / 2)]?.tag ?? '',
    device: devices[5]?.id ?? '',
    at: early?.opened_at ?? 0,
    id: early?.id ?? '',
    ref: early?.ref ?? '',
    busiest: breaches.at(-1)?.ref ?? '',
    viewer,
  };
}

const ofQueues = ({ tag, at, id, viewer }: Named): string[] => [
  ...['officer', 'ict', 'mine', 'confirmed', 'ended'].map((queue) => `/breaches?queue=${queue}`),
  ...[
    'order=oldest',
    'order=severity',
    `q=${tag}`,
    'q=nothing-of-the-kind',
    `device=${tag}`,
    'rule=memory-sticks',
    'severity=low',
    'triage=none',
    `owner=${viewer}`,
    `cursor=${cursor(0, at, id)}`,
    `order=severity&cursor=${cursor(2, at, id)}`,
  ].map((query) => `/breaches?queue=ended&${query}`),
  '/breaches/export.csv?queue=ended',
];

const ofBreaches = ({ tag, at, id, ref, busiest }: Named): string[] => [
  `/breaches/${ref}`,
  `/api/v1/breaches/${busiest}/report?format=html`,
  `/api/v1/breaches/${busiest}/report?format=pdf`,
  ...['limit=500', 'rule=memory-sticks', `device=${tag}`, 'status=closed&severity=low', `cursor=${cursor(at, id)}`].map(
    (query) => `/api/v1/breaches?${query}`,
  ),
];

const ofFindings = ({ tag, middle, device }: Named): string[] =>
  [
    'limit=500',
    `device=${tag}`,
    `device=${middle}`,
    `device=${tag}&rule=memory-sticks`,
    `device=${tag}&since=2020-01-01`,
    `device=${tag}&verdict=exempt`,
    'device=NOT-THERE',
    'rule=memory-sticks',
    'rule=not-there',
    'check=printing',
    'check=not-there',
    'verdict=exempt',
    'rule=asset-tag&verdict=fail',
    'since=2020-01-01&limit=500',
    `cursor=${cursor(Math.floor(NOW - YEAR_MS * 0.99), device, 1, 9)}`,
  ].map((query) => `/api/v1/findings?${query}`);

const ofRecords = ({ ref }: Named): string[] => [
  '/api/v1/audit?limit=500',
  '/api/v1/audit?action=not-there',
  '/api/v1/audit?actor=session:Ann Officer',
  `/api/v1/audit?target=breach:${ref}`,
  `/api/v1/audit?cursor=${cursor(100)}`,
  '/messages?status=failed',
  '/messages?status=waiting',
  '/messages?channel=siem:soc',
  `/messages?breach=${ref}`,
  `/messages?cursor=${cursor('01900000-0000-7000-8000-000000000000')}`,
  '/api/v1/notices?limit=500',
  `/api/v1/notices?breach=${ref}`,
];

const ofRegisters = ({ tag }: Named): string[] => [
  `/devices?q=${tag.slice(-3)}`,
  '/devices?holder=Person 00077',
  '/devices?show=unknown',
  '/devices?show=failing',
  '/devices?show=silent',
  `/devices?cursor=${cursor('DBC-01900')}`,
  '/api/v1/devices?limit=500',
  '/people?q=01999',
  `/people?cursor=${cursor('person.02400')}`,
  '/api/v1/people?limit=500',
  '/authorisations?show=all',
  '/authorisations?person=Person 00077',
  `/authorisations?device=${tag}`,
  '/api/v1/authorisations?limit=500',
  '/api/v1/authorisations?paper=owed',
  '/registers/sticks?q=7',
];

/** What people and programs ask of the lists that grow: by text, by device, by rule, and their last pages. */
const heavy = (named: Named): string[] =>
  [ofQueues, ofBreaches, ofFindings, ofRecords, ofRegisters]
    .flatMap((of) => of(named))
    .map((url) => url.replaceAll(' ', '%20'));

/** Every GET route of the application, and what is asked of its lists. */
export function addressesOf(
  endpoints: readonly Endpoint[],
  places: Places,
  council: LargeCouncil,
  viewer: string,
): readonly Address[] {
  const routes = endpoints
    .filter(({ method, url }) => method === 'GET' && !NOT_ASKED.test(url))
    .map(({ url }) => ({ name: url, urls: urlsOf(url, places) }));
  return [...routes, ...heavy(namedIn(council, viewer)).map((url) => ({ name: url, urls: [url] }))];
}
