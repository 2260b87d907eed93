import { type ProblemCode, PROBLEMS } from '../../packages/server/src/errors.ts';
import { TAG } from './corpus.ts';
import { type Endpoint, isForPrograms } from './endpoints.ts';
import type { Answer, Caller, Shot } from './shot.ts';
import type { World } from './world.ts';

/** What no answer to anybody may hold, whatever was asked. */
const INSIDE: readonly (readonly [string, RegExp])[] = [
  ['a stack trace', /\n\s+at .{1,200}:\d+:\d+/],
  ['a path of the server', /\/packages\/(server|shared)\/|node_modules\/|\/beadle-hostile-/],
  ['text of SQL', /SQLITE_|constraint failed|no such (table|column)|near "|syntax error at or near|insert into "/],
  ['a hash of a password', /\$argon2/],
  ['a private key', /PRIVATE KEY/],
  ['hostile HTML as it was given', new RegExp(`${TAG}(?![^>]*&)`)],
];

export interface Fired {
  readonly shot: Shot;
  readonly answer: Answer;
  readonly caller: Caller;
  readonly endpoint: Endpoint;
  /** The council of whose things the address speaks; undefined where it speaks of none. */
  readonly about?: 'a' | 'b' | undefined;
}

/** Who has not signed in is sent to do so with the address that they asked for: that tells them nothing. */
function headersOf({ answer, shot }: Fired): Readonly<Record<string, unknown>> {
  const { location, ...headers } = answer.headers;
  const [path, query] = String(location).split('?');
  const next = path === '/sign-in' ? new URLSearchParams(query).get('next') : null;
  return next !== null && decoded(shot.url).includes(decoded(next)) ? headers : answer.headers;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function* leaks(fired: Fired, { a, b, server }: World): Generator<string> {
  const { answer, caller, shot } = fired;
  const told = `${JSON.stringify(headersOf(fired))}\n${answer.body}`;
  const isHtml = String(answer.headers['content-type']).startsWith('text/html');
  for (const [what, sign] of INSIDE) {
    if (sign.test(told) && (isHtml || !what.startsWith('hostile'))) yield `the answer holds ${what}`;
  }
  for (const council of [a, b]) {
    // What somebody has sent, or asked for, is known to them: that it comes back tells them nothing.
    const isEcho = `${shot.url}${String(shot.payload ?? '')}`.includes(council.canary);
    if (!isEcho && caller.organisation !== council.name && told.includes(council.canary))
      yield `shows what is ${council.name}'s`;
  }
  for (const secret of server.secrets) if (told.includes(secret)) yield "the answer holds a secret of the server's";
}

/** RFC 9457, with a code of the documented table and the status that goes with it. */
function* formOfProblem({ answer }: Fired): Generator<string> {
  const type = String(answer.headers['content-type']);
  if (!type.startsWith('application/problem+json')) return yield `a refusal of the type ${type}`;
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  const { code } = body;
  const known = typeof code === 'string' && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode] : undefined;
  if (known === undefined) yield `a refusal with the unknown code ${String(code)}`;
  if (known?.status !== answer.status || body['status'] !== answer.status)
    yield "a refusal whose status is not its code's";
  if (body['type'] !== `urn:beadle:problem:${String(code)}`) yield 'a refusal of another type than its code';
  if (typeof body['title'] !== 'string' || typeof body['detail'] !== 'string') yield 'a refusal without words';
}

function* shape(fired: Fired): Generator<string> {
  const { answer, shot } = fired;
  if (answer.status >= 500) yield `${answer.status}: ${answer.body.slice(0, 300)}`;
  if (answer.status < 400 || shot.method === 'HEAD') return;
  // What has no path of its own (`*`, an absolute address, a path that is no path) is answered as to a person.
  if (isForPrograms(shot.url)) return yield* formOfProblem(fired);
  const type = String(answer.headers['content-type']);
  if (!type.startsWith('text/html') && !type.startsWith('application/problem+json')) yield `a page of the type ${type}`;
}

function* authority({ answer, caller, about, endpoint }: Fired): Generator<string> {
  if (answer.status >= 300) return;
  const needs = endpoint.access !== 'public' && endpoint.access !== 'device';
  if (needs && caller.organisation === null) yield `${caller.name} was let in`;
  if (about !== undefined && caller.organisation !== about && needs) yield `${caller.name} reached what is ${about}'s`;
}

/** Everything that is wrong with an answer. */
export const faultsOf = (fired: Fired, world: World): string[] => [
  ...shape(fired),
  ...leaks(fired, world),
  ...authority(fired),
];

/** What a line of the log may not hold. */
export function faultOfLine(line: string, secrets: readonly string[]): string | undefined {
  if (secrets.some((secret) => line.includes(secret))) return 'the log holds a secret';
  const { level, msg, err } = JSON.parse(line) as {
    level: number;
    msg: string;
    err?: { message?: string; stack?: string };
  };
  if (level < 50) return undefined;
  return `logged as an error: ${msg}: ${err?.stack?.split('\n').slice(0, 4).join(' | ') ?? err?.message ?? line}`;
}
