import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Dice } from './dice.ts';
import { type Endpoint, isForPrograms, nameOf } from './endpoints.ts';
import { fill } from './draft.ts';
import type { World } from './world.ts';

/** What only a socket can do: bytes that are no request, or may be one or two as a proxy reads them. */
export interface RawAttack {
  readonly kind: string;
  /** More answers than this, and somebody has had a request smuggled in. */
  readonly answers: number;
  readonly bytes: (about: RawContext) => string;
}

interface RawContext {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly dice: Dice;
}

const HOST = 'Host: 127.0.0.1:8420';
const JSON_TYPE = 'Content-Type: application/json';

const lines = (...parts: readonly string[]): string => parts.join('\r\n');
const head = ({ method, path, authorization }: RawContext, ...more: readonly string[]): string =>
  lines(`${method} ${path} HTTP/1.1`, HOST, authorization, JSON_TYPE, ...more, '', '');
/** What would be a second request, were it one: it asks for the list of tokens. */
const smuggled = ({ authorization }: RawContext): string =>
  lines('GET /api/v1/tokens HTTP/1.1', HOST, authorization, '', '');

const one = (kind: string, bytes: RawAttack['bytes']): RawAttack => ({ kind, answers: 1, bytes });

const SMUGGLING: readonly RawAttack[] = [
  one(
    'length and chunks',
    (at) => head(at, 'Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${smuggled(at)}`,
  ),
  one('two lengths', (at) => head(at, 'Content-Length: 0', 'Content-Length: 44') + smuggled(at)),
  one('two lengths in one', (at) => head(at, 'Content-Length: 0, 44') + smuggled(at)),
  one(
    'chunked, spelt oddly',
    (at) => head(at, 'Transfer-Encoding: xchunked', 'Content-Length: 5') + `0\r\n\r\n${smuggled(at)}`,
  ),
  one('chunked, not last', (at) => head(at, 'Transfer-Encoding: chunked, identity') + `0\r\n\r\n${smuggled(at)}`),
  one(
    'chunked, twice',
    (at) => head(at, 'Transfer-Encoding: chunked', 'Transfer-Encoding: cow') + `0\r\n\r\n${smuggled(at)}`,
  ),
  one(
    'space before the colon',
    (at) => head(at, 'Transfer-Encoding : chunked', 'Content-Length: 5') + `0\r\n\r\n${smuggled(at)}`,
  ),
  one('folded header', (at) => head(at, 'X-Folded: a', ' Transfer-Encoding: chunked') + `0\r\n\r\n${smuggled(at)}`),
  one('length with a sign', (at) => head(at, 'Content-Length: +0') + smuggled(at)),
  one('length that is negative', (at) => head(at, 'Content-Length: -1') + smuggled(at)),
  one('length in hexadecimal', (at) => head(at, 'Content-Length: 0x5') + smuggled(at)),
  one('length beyond counting', (at) => head(at, `Content-Length: ${'9'.repeat(30)}`) + smuggled(at)),
  one(
    'chunk beyond counting',
    (at) => head(at, 'Transfer-Encoding: chunked') + `ffffffffffffffffff\r\n${smuggled(at)}`,
  ),
  one('chunk that lies', (at) => head(at, 'Transfer-Encoding: chunked') + '1\r\nab\r\n0\r\n\r\n'),
  one(
    'chunk with an extension',
    (at) => head(at, 'Transfer-Encoding: chunked') + `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  ),
  one(
    'trailers',
    (at) =>
      head(at, 'Transfer-Encoding: chunked', 'Trailer: Authorization') +
      `2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n`,
  ),
  one('bare line feeds', (at) => head(at, 'X-A: b').replaceAll('\r\n', '\n')),
  one('bare carriage return', (at) => head(at, 'X-A: b\rTransfer-Encoding: chunked')),
  one('NUL in a header', (at) => head(at, 'X-A: \u0000')),
  one('protocol of two spaces', (at) => head(at).replace(' HTTP/1.1', '  HTTP/1.1')),
];

const MALFORMED: readonly RawAttack[] = [
  one('half a request line', ({ method, path }) => `${method} ${path.slice(0, 4)}`),
  one('half the headers', (at) => head(at, 'X-A: b').slice(0, -10)),
  one('half the body', (at) => head(at, 'Content-Length: 100') + '{"a":'),
  one('no host', ({ method, path }) => lines(`${method} ${path} HTTP/1.1`, '', '')),
  one('two hosts', (at) => head(at, 'Host: evil.example')),
  one('an odd host', (at) => head(at).replace(HOST, 'Host: a b@c/d?e')),
  one('absolute form', (at) => head({ ...at, path: `http://evil.example${at.path}` })),
  one('authority form', (at) => lines(`CONNECT ${at.path.slice(1)}:443 HTTP/1.1`, HOST, '', '')),
  one('asterisk form', () => lines('OPTIONS * HTTP/1.1', HOST, '', '')),
  one('no slash first', (at) => head({ ...at, path: at.path.slice(1) || 'x' })),
  one('HTTP/0.9', ({ path }) => `GET ${path}\r\n\r\n`),
  one('HTTP/1.0', (at) => head(at).replace('HTTP/1.1', 'HTTP/1.0')),
  one('HTTP/2.0', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  one('HTTP/9.9', (at) => head(at).replace('HTTP/1.1', 'HTTP/9.9')),
  one('TLS', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'),
  one('nothing but line breaks', () => '\r\n'.repeat(1000)),
  one('random bytes', ({ dice }) => dice.text('\u0000\u0001\r\n :/GET\u007f', 300)),
  one('an unknown method', (at) => head({ ...at, method: 'HACK' })),
  one('a method in small letters', (at) => head({ ...at, method: at.method.toLowerCase() })),
  one('control characters in the address', (at) => head({ ...at, path: `${at.path}\u0001\u0007` })),
  one('eight bits in the address', (at) => head({ ...at, path: `${at.path}/\u00e9\u00ff` })),
  one('a long address', (at) => head({ ...at, path: `${at.path}?${'a'.repeat(20_000)}` })),
  one('a flood of headers', (at) => head(at, ...Array.from({ length: 3000 }, (_, n) => `X-${n}: y`))),
  one('a large header', (at) => head(at, `X-A: ${'a'.repeat(70_000)}`)),
  one('a header without a name', (at) => head(at, ': a')),
  one('a header without a colon', (at) => head(at, 'nonsense')),
  one('an expectation', (at) => head(at, 'Expect: 200-ok')),
  one('an upgrade', (at) => head(at, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: a')),
  { kind: 'pipelined', answers: 50, bytes: (at) => head({ ...at, method: 'GET' }).repeat(50) },
];

export const RAW_ATTACKS: readonly RawAttack[] = [...SMUGGLING, ...MALFORMED];

export interface RawOutcome {
  readonly kind: string;
  readonly endpoint: string;
  readonly statuses: readonly number[];
  readonly faults: readonly string[];
}

const HANGS_MS = 30_000;

/** Everything that the server says until it closes; the attacker has said all, and closes its side. */
async function converse(port: number, bytes: string): Promise<string | undefined> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // The server may cut off whoever is still sending.
  socket.on('error', () => socket.destroy());
  const limit = setTimeout(() => socket.destroy(new Error('hangs')), HANGS_MS);
  let hangs = false;
  socket.on('error', (error) => (hangs ||= error.message === 'hangs'));
  socket.on('end', () => socket.end());
  socket.end(Buffer.from(bytes, 'latin1'));
  await once(socket, 'close');
  clearTimeout(limit);
  return hangs ? undefined : Buffer.concat(chunks).toString();
}

interface Read {
  readonly statuses: number[];
  readonly said: string;
}

function faultsIn({ statuses, said }: Read, attack: RawAttack, { a, b, server }: World): string[] {
  // Who asks is a worker of the first council, and may read that council's policies.
  const secrets = [...server.secrets, ...a.secrets, ...b.secrets, b.canary];
  const isRaw = /^HTTP\/1\.1 400 [^]*\r\n\r\n\{/.test(said) && !said.includes('application/problem+json');
  // Whoever is refused before their body is read may then be told that the body is none, and is cut off.
  const answers = statuses.at(-1) === 400 && statuses.length > 1 ? statuses.length - 1 : statuses.length;
  return [
    ...(answers > attack.answers ? [`${statuses.join(' ')}: more answers than requests`] : []),
    ...(statuses.some((status) => status >= 500) ? [`${statuses.join(' ')}: ${said.slice(0, 300)}`] : []),
    ...(secrets.some((secret) => said.includes(secret)) ? ["an answer shows what is not the attacker's to see"] : []),
    ...(/\n\s+at .{1,200}:\d+:\d+/.test(said) ? ['an answer holds a stack trace'] : []),
    ...(isRaw ? ['a refusal that is no problem document'] : []),
  ];
}

/** Fires one raw attack at an endpoint of the listening server. */
export async function fireRaw(
  port: number,
  attack: RawAttack,
  endpoint: Endpoint,
  world: World,
  dice: Dice,
): Promise<RawOutcome> {
  const path = fill(endpoint.url, () => 'x');
  // A worker may read the policies and next to nothing else, so that whatever comes back beyond that was got by the form of the request.
  const authorization = `Authorization: Bearer ${isForPrograms(path) ? world.a.tokens.worker : 'none'}`;
  const said = await converse(port, attack.bytes({ method: endpoint.method, path, authorization, dice }));
  const about = { kind: `socket: ${attack.kind}`, endpoint: nameOf(endpoint) };
  if (said === undefined) return { ...about, statuses: [], faults: ['the connection hangs'] };
  const statuses = [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { ...about, statuses, faults: faultsIn({ statuses, said }, attack, world) };
}
