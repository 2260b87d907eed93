import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole, Permission } from '../../packages/server/src/access.ts';
import { CALLER_ROLES, may } from '../../packages/server/src/people/permissions.ts';
import { createDice } from './dice.ts';
import { draftOf, toShot } from './draft.ts';
import { type Endpoint, isForPrograms, nameOf } from './endpoints.ts';
import type { Organisation } from './organisation.ts';
import { type Server, startServer } from './server.ts';
import type { Answer, Caller } from './shot.ts';
import { placesFor } from './things.ts';
import { createWorld, type World } from './world.ts';

const MINUTES_5 = 300_000;

let server: Server;
let world: World;
/** Every route that asks for a permission, as the running application has them. */
let guarded: readonly (Endpoint & { readonly access: Permission })[];

beforeAll(async () => {
  server = await startServer({ seed: 'roles', onLog: () => undefined });
  world = await createWorld(server);
  guarded = server.endpoints.filter(
    (endpoint): endpoint is Endpoint & { access: Permission } =>
      endpoint.access !== 'public' && endpoint.access !== 'device',
  );
}, 120_000);
afterAll(() => server.close());

/** Somebody of the first council, by a token: it needs no form of a page, so that nothing else refuses first. */
const byRole = (role: CallerRole): Caller => ({
  name: `${role} of a`,
  organisation: 'a',
  headers: { authorization: `Bearer ${world.a.tokens[role]}` },
});

/** A request that fits the route's schema, at what is there in a council. */
function shotAt(endpoint: Endpoint, caller: Caller, council: Organisation, index = 0) {
  const dice = createDice('roles', index);
  return toShot(draftOf({ endpoint, world, caller, dice, index }, council));
}

/** Without a body: whoever may is let past the door, and hardly anything happens behind it. */
async function knock({ method, url }: Endpoint, caller: Caller): Promise<Answer> {
  const path = url.replaceAll(/:(\w+)/g, (_, part: string) =>
    encodeURIComponent(placesFor(world.a.places, url, part)[0] ?? ''),
  );
  return server.fire({ method, url: path, headers: caller.headers });
}

const codeOf = ({ body }: Answer): unknown => {
  try {
    return (JSON.parse(body) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
};

/** Refused at the door, for want of the permission that the route asks for. */
const isTurnedAway = (endpoint: Endpoint, answer: Answer): boolean =>
  answer.status === 403 &&
  (endpoint.method === 'HEAD' || answer.body.includes(`it takes the permission ${endpoint.access}`));

/** Whose things the address names: a route without a place in it names none. */
function isForeign({ url }: Endpoint): boolean {
  const parts = [...url.matchAll(/:(\w+)/g)].map(([, part = '']) => part);
  return parts.some((part) => {
    const [own, others] = [placesFor(world.a.places, url, part), placesFor(world.b.places, url, part)];
    return others.every((other) => !own.includes(other));
  });
}

describe('every role on every route', () => {
  it('is let in exactly where the table of roles says so', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    let [refused, admitted] = [0, 0];
    for (const endpoint of guarded) {
      for (const role of CALLER_ROLES) {
        const allowed = may(role, endpoint.access);
        // What ends tokens is not tried by those who may: they would end the callers of this test.
        if (allowed && endpoint.method === 'DELETE') continue;
        const answer = await knock(endpoint, byRole(role));
        const away = isTurnedAway(endpoint, answer);
        if (allowed ? answer.status === 401 || (away && endpoint.method !== 'HEAD') : !away)
          wrong.push(`${role} ${nameOf(endpoint)}: ${answer.status}`);
        if (allowed) admitted += 1;
        else refused += 1;
      }
    }
    expect(wrong).toEqual([]);
    process.stdout.write(
      `roles: ${guarded.length} routes, ${CALLER_ROLES.length} roles: ${refused} refused, ${admitted} let in, as the table says\n`,
    );
  });

  it('lets nobody in who has not signed in', async () => {
    const nobody: Caller = { name: 'nobody', organisation: null, headers: {} };
    const wrong: string[] = [];
    for (const endpoint of guarded) {
      const answer = await knock(endpoint, nobody);
      const isLedToSignIn = answer.status === 303 && String(answer.headers['location']).startsWith('/sign-in');
      const expected = isForPrograms(endpoint.url) ? answer.status === 401 : isLedToSignIn || answer.status === 403;
      if (!expected && answer.status !== 401) wrong.push(`${nameOf(endpoint)}: ${answer.status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('never reaches what another council has', { timeout: MINUTES_5 }, async () => {
    const wrong: string[] = [];
    let [foreign, lists] = [0, 0];
    // A PUT makes the thing of that name in the caller's own council: it is tried last, and judged by what it tells.
    const inTurn = guarded.toSorted((one, other) => Number(one.method === 'PUT') - Number(other.method === 'PUT'));
    const before = await server.database.db
      .selectFrom('sticks')
      .selectAll()
      .where('organisation', '=', 'other')
      .execute();
    for (const [index, endpoint] of inTurn.entries()) {
      const names = isForeign(endpoint) && endpoint.method !== 'PUT';
      // What a list or a form without a place in its address does, it does in the caller's own council.
      if (!names && endpoint.method !== 'GET' && endpoint.method !== 'PUT') continue;
      for (const role of CALLER_ROLES) {
        const shot = shotAt(endpoint, byRole(role), world.b, index);
        const answer = await server.fire(shot);
        if (names) foreign += 1;
        else lists += 1;
        if (names && answer.status < 400) wrong.push(`${role} ${nameOf(endpoint)}: ${answer.status}`);
        const told = `${JSON.stringify(answer.headers)}${answer.body}`;
        // What the request itself held may come back; nothing else of the other council may.
        const held = endpoint.url.includes(':') || shot.url.includes(world.b.canary);
        if (told.includes(world.b.canary) && !held) wrong.push(`${role} ${nameOf(endpoint)} tells of b`);
        if (answer.status >= 500) wrong.push(`${role} ${nameOf(endpoint)}: ${answer.status} ${String(codeOf(answer))}`);
      }
    }
    expect(wrong).toEqual([]);
    const after = await server.database.db
      .selectFrom('sticks')
      .selectAll()
      .where('organisation', '=', 'other')
      .execute();
    expect(after).toEqual(before);
    process.stdout.write(
      `roles: ${foreign} requests for what another council has: all refused; ${lists} lists told of none\n`,
    );
  });
});
