import type { Endpoint } from '../endpoints.ts';
import { TEXTS } from '../corpus.ts';
import { type Context, type Draft, draftOf, fill, toShot } from '../draft.ts';
import type { Shot } from '../shot.ts';
import { type Attack, everywhere } from './attack.ts';

const METHODS = [
  'TRACE',
  'OPTIONS',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'POST',
  'GET',
  'PROPFIND',
  'LINK',
  'QUERY',
  'PURGE',
];

const PARTS = [
  '..',
  '.',
  '%2e%2e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '..%5c..%5cwindows%5cwin.ini',
  '%2e%2e%2f',
  '%00',
  'a%00b',
  '%',
  '%f',
  '%zz',
  '%ff%fe',
  '%c0%ae%c0%ae',
  '%ed%a0%80',
  '%0d%0aX-Hostile:%201',
  '%3Cx-hostile%3E',
  '%E2%80%AE',
  '*',
  ';a=b',
  'x'.repeat(150),
  'x'.repeat(201),
  'x'.repeat(10_000),
  'BR-2026-000001%20',
  'BR-2026-0000001',
  'BR-9999-999999999999999999',
  '-1',
  '0',
  'null',
  '__proto__',
  'constructor',
];

const spoilt = (url: string, { dice }: Context): string =>
  dice.pick([
    () => `/${url}`,
    () => `${url}/`,
    () => url.replace('/api', '/./api'),
    () => url.replaceAll('/', '//'),
    () => url.toUpperCase(),
    () => url.replace(/\w/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    () => `${url}%20`,
    () => `${url}%2f..%2f..`,
    () => `/..${url}`,
    () => `${url};jsessionid=1`,
    () => `${url}.json`,
    () => `${url}#fragment`,
  ])();

function queryOf(context: Context, draft: Draft): (readonly [string, string])[] {
  const { dice, world } = context;
  const { properties = {} }: { readonly properties?: object } = context.endpoint.schema.querystring ?? {};
  const names = Object.keys(properties);
  const name =
    names.length > 0 && dice.chance(0.7) ? dice.pick(names) : dice.pick(['limit', 'cursor', '__proto__', 'a[b]']);
  const value = dice.pick(TEXTS);
  return dice.pick<() => (readonly [string, string])[]>([
    () => [...draft.query, [name, value]],
    () => [[name, value]],
    () => [
      [name, value],
      [name, value],
    ],
    () => [[`${name}[]`, value]],
    () => [[`__proto__[${name}]`, value]],
    () => [['organisation', 'other'], ...draft.query],
    () => Array.from({ length: 2000 }, (_, at) => [`k${at}`, 'v'] as const),
    () => [['cursor', dice.pick([...world.a.cursors, ...world.b.cursors])]],
    () => [['cursor', tampered(context)]],
  ])();
}

const PLACES: readonly unknown[] = [
  [],
  {},
  null,
  [null],
  ['a'],
  [1],
  [1e300],
  [1.5],
  [-1],
  [Number.MAX_SAFE_INTEGER + 1],
  ['\u0000'],
  ['\uD800'],
  [1, '\u0000'],
  [1e300, 'a'],
  [1.5, 'a', 1, 1],
  [1, 'a', 1e300, 1.5],
  [{}, 'a'],
  [[1], ['a']],
  ["' OR 1=1--"],
  Array.from({ length: 100 }, () => 1),
];

/** A cursor of the server's own with a byte changed, or one of another making. */
function tampered({ dice, world }: Context): string {
  if (dice.chance(0.5)) return Buffer.from(JSON.stringify(dice.pick(PLACES))).toString('base64url');
  const raw = dice.pick(['[1e999,"a"]', '[-1e999]', '[1e999]', '["__proto__"]', '[', '\u0000', '[1e999,"a",1,1]']);
  if (dice.chance(0.5)) return Buffer.from(raw).toString('base64url');
  const bytes = Buffer.from(dice.pick([...world.a.cursors, ...world.b.cursors]), 'base64url');
  bytes.writeUInt8(dice.below(256), dice.below(bytes.length));
  return bytes.toString('base64url');
}

/** Somebody else's device, breach, token or policy, by its right name (IDOR). */
function foreign(context: Context): Shot {
  const { a, b } = context.world;
  return toShot(draftOf(context, context.caller.organisation === 'a' ? b : a));
}

const hasParts = ({ url }: { readonly url: string }): boolean => /[:*]/.test(url);

/** Whoever puts a stick of another council's name makes one of their own, of which this test could not tell whose it is. */
const makesOwn = ({ url, method }: Pick<Endpoint, 'url' | 'method'>): boolean =>
  method === 'PUT' && url === '/api/v1/registers/sticks/:serial';

export const ADDRESS_ATTACKS: readonly Attack[] = [
  { kind: "another council's", on: (endpoint) => hasParts(endpoint) && !makesOwn(endpoint), make: foreign },
  {
    kind: 'parts of the path',
    on: hasParts,
    make: (context) =>
      toShot({ ...draftOf(context), path: fill(context.endpoint.url, () => context.dice.pick(PARTS)) }),
  },
  {
    kind: 'path spoilt',
    on: everywhere,
    make: (context) => {
      const draft = draftOf(context);
      return toShot({ ...draft, path: spoilt(draft.path, context) });
    },
  },
  {
    kind: 'query',
    on: everywhere,
    make: (context) => {
      const draft = draftOf(context);
      return toShot({ ...draft, query: queryOf(context, draft) });
    },
  },
  {
    kind: 'query that is none',
    on: everywhere,
    make: (context) => {
      const shot = toShot({ ...draftOf(context), query: [] });
      const tail = context.dice.pick([
        '?',
        '??',
        '?&&&',
        '?%',
        '?a=%ff',
        '?=',
        '?a=b?c=d',
        `?${'a'.repeat(7000)}`,
        '?limit=%00',
      ]);
      return { ...shot, url: shot.url + tail };
    },
  },
  {
    kind: 'odd method',
    on: everywhere,
    make: (context) => ({ ...toShot(draftOf(context)), method: context.dice.pick(METHODS) }),
  },
];
