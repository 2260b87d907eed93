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
const NOT_ASKED = /^\/(assets|api\/docs|sign-in\/:code)/;

/** A file, or a chain that is followed from its first link: as long as what it has. */
export const isDownload = ({ name }: Pick<Address, 'name'>): boolean =>
  /\.csv|format=pdf|baseline\/file|audit\/verification/.test(name);

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

/** What people and programs ask of the lists that grow: by text, by device, by rule, and their last pages. */
function heavy({ devices, breaches }: LargeCouncil, viewer: string): string[] {
  const tag = devices[0]?.tag ?? '';
  const middle = devices[Math.floor(devices.length / 2)]?.tag ?? '';
  const old = NOW - YEAR_MS * 0.99;
  const early = breaches[Math.floor(breaches.length * 0.02)];
  const [at, id, ref] = [early?.opened_at ?? 0, early?.id ?? '', early?.ref ?? ''];
  const later = breaches.at(-1)?.ref ?? '';
  const queues = ['officer', 'ict', 'mine', 'confirmed', 'ended'].map((queue) => `/breaches?queue=${queue}`);
  return [
    ...queues,
    ...['oldest', 'severity'].map((order) => `/breaches?queue=ended&order=${order}`),
    `/breaches?queue=ended&q=${tag}`,
    '/breaches?queue=ended&q=nothing-of-the-kind',
    `/breaches?queue=ended&device=${tag}`,
    '/breaches?queue=ended&rule=memory-sticks',
    '/breaches?queue=ended&severity=low',
    '/breaches?queue=ended&triage=none',
    `/breaches?queue=ended&owner=${encodeURIComponent(viewer)}`,
    `/breaches?queue=ended&cursor=${cursor(0, at, id)}`,
    `/breaches?queue=ended&order=severity&cursor=${cursor(2, at, id)}`,
    `/breaches/export.csv?queue=ended`,
    `/breaches/${ref}`,
    `/api/v1/breaches/${later}/report?format=html`,
    `/api/v1/breaches/${later}/report?format=pdf`,
    '/api/v1/breaches?limit=500',
    '/api/v1/breaches?rule=memory-sticks',
    `/api/v1/breaches?device=${tag}`,
    '/api/v1/breaches?status=closed&severity=low',
    `/api/v1/breaches?cursor=${cursor(at, id)}`,
    '/api/v1/findings?limit=500',
    `/api/v1/findings?device=${tag}`,
    `/api/v1/findings?device=${middle}`,
    `/api/v1/findings?device=${tag}&rule=memory-sticks`,
    `/api/v1/findings?device=${tag}&since=2020-01-01`,
    `/api/v1/findings?device=${tag}&verdict=exempt`,
    '/api/v1/findings?device=NOT-THERE',
    '/api/v1/findings?rule=memory-sticks',
    '/api/v1/findings?rule=not-there',
    '/api/v1/findings?check=printing',
    '/api/v1/findings?check=not-there',
    '/api/v1/findings?verdict=exempt',
    '/api/v1/findings?rule=asset-tag&verdict=fail',
    '/api/v1/findings?since=2020-01-01&limit=500',
    `/api/v1/findings?cursor=${cursor(Math.floor(old), devices[5]?.id ?? '', 1, 9)}`,
    '/api/v1/audit?limit=500',
    '/api/v1/audit?action=not-there',
    '/api/v1/audit?actor=session:Ann Officer',
    `/api/v1/audit?target=breach:${ref}`,
    `/api/v1/audit?cursor=${cursor(100)}`,
    '/messages?status=failed',
    '/messages?status=waiting',
    `/messages?breach=${ref}`,
    '/messages?channel=siem:soc',
    '/api/v1/notices?limit=500',
    `/api/v1/notices?breach=${ref}`,
    `/messages?cursor=${cursor('01900000-0000-7000-8000-000000000000')}`,
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
  ].map((url) => url.replaceAll(' ', '%20'));
}

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
  return [...routes, ...heavy(council, viewer).map((url) => ({ name: url, urls: [url] }))];
}
