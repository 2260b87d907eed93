import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../../packages/server/src/access.ts';
import { grantRole } from '../../packages/server/src/people/spanning/grants.ts';
import { startSession } from '../../packages/server/src/people/sessions.ts';
import { createDice } from './dice.ts';
import { draftOf, toShot } from './draft.ts';
import { type Endpoint, isForPrograms, nameOf } from './endpoints.ts';
import { fillOrganisation, type Organisation } from './organisation.ts';
import { type Server, startServer } from './server.ts';
import type { Answer, Caller, Shot } from './shot.ts';
import { placesFor } from './things.ts';
import { createWorld, type World } from './world.ts';

const MINUTES_5 = 300_000;
const THIRD = { id: 'third', name: 'c' } as const;

let server: Server;
let world: World;
let c: Organisation;
/** Somebody of A with a role in B too; by the browser in which they have chosen B, and by one in which they have not. */
let inB: Caller;
let atHome: Caller;
let guarded: readonly (Endpoint & { readonly access: Permission })[];

async function browser(holder: string): Promise<Caller> {
  const person = { organisation: 'main', name: 'Pat Shared', role: 'administrator' } as const;
  const about = { at: server.clock.now(), by: 'password', browser: null, localAccount: holder } as const;
  const { sessionId } = await server.database.db
    .transaction()
    .execute((tx) => startSession(tx, person, about, server.random));
  return { name: 'Pat Shared', organisation: 'a', headers: { cookie: `beadle-session=${sessionId}` } };
}

async function withToken(caller: Caller): Promise<Caller> {
  const page = await server.fire({ method: 'GET', url: '/accessibility', headers: caller.headers });
  return { ...caller, csrf: /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] };
}

beforeAll(async () => {
  server = await startServer({ seed: 'spanning', onLog: () => undefined });
  world = await createWorld(server);
  const { database, clock, random } = server;
  const made = { id: THIRD.id, name: 'C', settings: '{}', created_at: clock.now() };
  await database.db.insertInto('organisations').values(made).execute();
  c = await fillOrganisation(server, THIRD);
  const { id: holder } = await database.db
    .selectFrom('accounts')
    .select('id')
    .where('organisation', '=', 'main')
    .executeTakeFirstOrThrow();
  const grant = { home: 'main', kind: 'account', holder, called: 'Pat Shared', role: 'administrator' } as const;
  await grantRole(database.db, grant, { organisation: 'other', actor: 'cli:root', at: clock.now() }, random);
  atHome = await withToken(await browser(holder));
  const second = await browser(holder);
  await server.fire({ method: 'GET', url: '/?organisation=other', headers: second.headers });
  inB = await withToken({ ...second, organisation: 'b' });
  guarded = server.endpoints.filter(
    (endpoint): endpoint is Endpoint & { access: Permission } =>
      endpoint.access !== 'public' && endpoint.access !== 'device',
  );
}, 180_000);
afterAll(() => server.close());

/** A request that fits the route's schema, at what is there in a council. */
const shotAt = (endpoint: Endpoint, caller: Caller, council: Organisation, index: number): Shot =>
  toShot(draftOf({ endpoint, world, caller, dice: createDice('spanning', index), index }, council));

const naming = (shot: Shot, organisation: string): Shot => ({
  ...shot,
  url: `${shot.url}${shot.url.includes('?') ? '&' : '?'}organisation=${organisation}`,
});

/** Without a query: what is there in a council, and nothing that a filter leaves out. */
const read = ({ url }: Endpoint, { places }: Organisation, headers: Caller['headers'], more = ''): Promise<Answer> =>
  server.fire({
    method: 'GET',
    url: `${url.replaceAll(/:(\w+)/g, (_, part: string) => encodeURIComponent(placesFor(places, url, part)[0] ?? ''))}${more}`,
    headers,
  });

const reads = () => guarded.filter(({ method }) => method === 'GET');
/** What is each person's own, where a token has nothing, and a session of another council not either. */
const OWN = new Set([
  '/sessions',
  '/password',
  '/my-device',
  '/my-device/:assetTag/sent',
  '/report/:ref',
  '/helpdesk/reported/:ref',
  '/my-rights/:ref',
  '/api/v1/my-rights-requests/:ref',
]);
/** What the request itself held may come back, such as in a link to the same page in another language. */
const tells = (answer: Answer, { canary }: Organisation, { url }: Pick<Shot, 'url'>): boolean =>
  answer.body.includes(canary) && !url.includes(canary);
const audited = async (organisation: string): Promise<number> => {
  const { db } = server.database;
  return (await db.selectFrom('audit').select('sequence').where('organisation', '=', organisation).execute()).length;
};

describe('a role that spans A and B', () => {
  it('reads in B what the same role of B reads, wherever B is named or chosen', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    let compared = 0;
    const own = { authorization: `Bearer ${world.b.tokens.administrator}` };
    for (const endpoint of reads().filter(({ url }) => !OWN.has(url))) {
      const expected = await read(endpoint, world.b, own);
      const chosen = await read(endpoint, world.b, inB.headers);
      if (chosen.status !== expected.status)
        wrong.push(`${nameOf(endpoint)}: ${chosen.status}, not ${expected.status}`);
      compared += 1;
      if (!isForPrograms(endpoint.url)) continue;
      const named = await read(endpoint, world.b, atHome.headers, '?organisation=other');
      if (named.status !== expected.status) wrong.push(`${nameOf(endpoint)} named: ${named.status}`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(80);
  });

  it('acts in B, and nothing of it is in another council', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    const before = [await audited('main'), await audited('third'), await audited('other')];
    for (const [index, endpoint] of guarded.entries()) {
      if (endpoint.method === 'GET' || endpoint.method === 'HEAD' || endpoint.url === '/sign-out') continue;
      // What ends sessions, and roles that span, would end this caller.
      if (OWN.has(endpoint.url) || /^\/(sessions|password)|spanning-roles/.test(endpoint.url)) continue;
      const answer = await server.fire(shotAt(endpoint, inB, world.b, index));
      if ([401, 403].includes(answer.status) || answer.status >= 500)
        if (!answer.body.includes('role') || answer.body.includes('no role in this organisation'))
          wrong.push(`${nameOf(endpoint)}: ${answer.status} ${answer.body.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    const [main, third, other] = [await audited('main'), await audited('third'), await audited('other')];
    expect([main, third]).toEqual(before.slice(0, 2));
    expect(other).toBeGreaterThan((before[2] ?? 0) + 20);
  });

  it('is refused everything of C, named or not', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    let refused = 0;
    const before = await audited('third');
    for (const [index, endpoint] of guarded.entries()) {
      for (const caller of [atHome, inB]) {
        const shot = shotAt(endpoint, caller, c, index);
        const named = await server.fire(naming(shot, THIRD.id));
        refused += 1;
        if (named.status !== 403) wrong.push(`${nameOf(endpoint)}: ${named.status}`);
        if (tells(named, c, shot)) wrong.push(`${nameOf(endpoint)} tells of c`);
      }
      if (endpoint.method !== 'GET') continue;
      const bare = await read(endpoint, c, inB.headers);
      // What the request itself held may come back.
      if (bare.body.includes(c.canary) && !endpoint.url.includes(':')) wrong.push(`${nameOf(endpoint)} tells of c`);
    }
    expect(wrong).toEqual([]);
    expect(await audited('third')).toBe(before);
    process.stdout.write(`spanning: ${refused} requests that named a third council: all refused\n`);
  });
});

describe('whoever has no such role', () => {
  it('is refused where they name another council, by token and by session', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    const bearer = { authorization: `Bearer ${world.a.tokens.administrator}` };
    const token: Caller = { name: 'administrator of a', organisation: 'a', headers: bearer };
    for (const [index, endpoint] of guarded.entries())
      for (const caller of [token, ...world.a.sessions]) {
        const shot = naming(shotAt(endpoint, caller, world.b, index), 'other');
        const answer = await server.fire(shot);
        if (answer.status !== 403) wrong.push(`${caller.name} ${nameOf(endpoint)}: ${answer.status}`);
        if (tells(answer, world.b, shot)) wrong.push(`${caller.name} ${nameOf(endpoint)} tells of b`);
      }
    expect(wrong).toEqual([]);
  });
});
