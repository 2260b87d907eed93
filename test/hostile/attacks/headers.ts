import { type Context, draftOf, isForm, toShot } from '../draft.ts';
import type { Shot } from '../shot.ts';
import { type Attack, everywhere, takesBody } from './attack.ts';

type Headers = Readonly<Record<string, string | string[]>>;

const HEADERS: readonly ((context: Context) => Headers)[] = [
  () => ({ host: 'evil.example' }),
  () => ({ host: '' }),
  () => ({ host: '127.0.0.1:8420@evil.example' }),
  () => ({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }),
  () => ({ forwarded: 'for=127.0.0.1;host=evil.example', 'x-real-ip': '127.0.0.1' }),
  () => ({ 'x-http-method-override': 'DELETE', 'x-original-url': '/api/v1/tokens', 'x-rewrite-url': '/metrics' }),
  () => ({ accept: 'text/html;q=NaN, */*;q=-1, a/b;q=1e999' }),
  () => ({ accept: ','.repeat(5000) }),
  () => ({ accept: 'application/pdf' }),
  () => ({ 'accept-encoding': 'br;q=1, *;q=0' }),
  () => ({ 'accept-language': '../../etc/passwd' }),
  () => ({ range: 'bytes=0-18446744073709551615' }),
  () => ({ range: `bytes=${'0-1,'.repeat(1000)}` }),
  () => ({ 'if-none-match': `"${'x'.repeat(5000)}"`, 'if-modified-since': 'never' }),
  () => ({ expect: '100-continue' }),
  () => ({ upgrade: 'websocket', connection: 'upgrade' }),
  () => ({ upgrade: 'h2c', 'http2-settings': 'AAMAAABk', connection: 'upgrade, http2-settings' }),
  () => ({ cookie: 'a=b; '.repeat(2000) }),
  () => ({ cookie: 'beadle-session=%ff; beadle-session=%; =; ;;;' }),
  () => ({ 'user-agent': "() { :;}; echo hostile; ' OR 1=1--" }),
  () => ({ authorization: ['Bearer a', 'Bearer b'] }),
  () => ({ authorization: 'Bearer' }),
  () => ({ 'content-length': '5' }),
  () => ({ 'content-length': '-1' }),
  () => ({ 'transfer-encoding': 'chunked' }),
  () => ({ 'x-csrf-token': ['a', 'b'] }),
  () => ({ 'sec-fetch-site': 'same-origin', origin: 'null' }),
  () => ({ __proto__x: '1', constructor: '1' }),
  () => Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x-${at}`, 'y'])),
  () => ({ 'x-large': 'x'.repeat(14_000) }),
  () => ({ via: '1.1 proxy', 'x-forwarded-for': `${'1.1.1.1, '.repeat(1000)}1.1.1.1` }),
];

/** What another site makes a browser send, and forms whose token is missing, wrong or somebody else's. */
const FORGERIES: readonly ((context: Context) => Headers)[] = [
  () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
  () => ({ origin: 'null' }),
  () => ({ origin: 'http://127.0.0.1:8420.evil.example' }),
  () => ({ 'sec-fetch-site': 'same-site' }),
  () => ({ 'sec-fetch-site': 'same-origin', 'x-csrf-token': 'A'.repeat(43) }),
  () => ({ 'sec-fetch-site': 'same-origin', 'x-csrf-token': '' }),
  ({ world }) => ({ 'sec-fetch-site': 'same-origin', 'x-csrf-token': world.b.sessions[0]?.csrf ?? '' }),
];

function forged(context: Context): Shot {
  const { dice, world } = context;
  const victim = dice.pick(world.a.sessions);
  const draft = draftOf({ ...context, caller: { ...victim, csrf: undefined } });
  return toShot({ ...draft, headers: { ...draft.headers, ...dice.pick(FORGERIES)(context) } });
}

/** Fired as a session of the first council, whoever was to call. */
export const FORGED = 'forged by another site';

export const HEADER_ATTACKS: readonly Attack[] = [
  {
    kind: 'headers',
    on: everywhere,
    make: (context) => {
      const shot = toShot(draftOf(context));
      return { ...shot, headers: { ...shot.headers, ...context.dice.pick(HEADERS)(context) } };
    },
  },
  {
    kind: FORGED,
    on: (endpoint) => takesBody(endpoint) && (isForm(endpoint) || endpoint.access !== 'device'),
    make: forged,
  },
];
