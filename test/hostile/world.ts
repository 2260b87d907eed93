import type { CallerRole } from '../../packages/server/src/access.ts';
import type { Dice } from './dice.ts';
import { fillOrganisation, type Organisation, sessionsOf } from './organisation.ts';
import type { Server } from './server.ts';
import type { Caller } from './shot.ts';

/** Two councils on one server, and everybody who may want to harm one of them. */
export interface World {
  readonly server: Server;
  readonly a: Organisation;
  readonly b: Organisation;
  /** A caller, picked by the dice: anybody, every role of both councils, what has ended and what was made up. */
  readonly callerBy: (dice: Dice) => Caller;
  /** Takes new sessions where an attack has signed the old ones out. */
  renew(): Promise<void>;
}

const OTHER = { id: 'other', name: 'b' } as const;
const MAIN = { id: 'main', name: 'a' } as const;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const byToken = ({ name, tokens }: Organisation, role: CallerRole): Caller => ({
  name: `${role} of ${name}`,
  organisation: name,
  headers: bearer(tokens[role]),
});

/** Who should get nowhere. */
function outsiders(ended: Readonly<Record<'revoked' | 'expired', string>>): Caller[] {
  const caller = (name: string, headers: Record<string, string> = {}): Caller => ({
    name,
    organisation: null,
    headers,
  });
  return [
    caller('anybody'),
    caller('a revoked token', bearer(ended.revoked)),
    caller('an expired token', bearer(ended.expired)),
    caller('a made-up token', bearer(`beadle_${'A'.repeat(43)}`)),
    caller('a token of another scheme', { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` }),
    caller('a token with control characters', { authorization: 'Bearer \u0001\u0002' }),
    caller('a long token', { authorization: `Bearer ${'x'.repeat(8000)}` }),
    caller('a forged session', { cookie: `beadle-session=${'B'.repeat(43)}` }),
    caller('a session with SQL in it', { cookie: "beadle-session=' OR 1=1--" }),
    caller('a session called __proto__', { cookie: '__proto__=x; beadle-session=__proto__; constructor=1' }),
  ];
}

async function endedTokens(server: Server, organisation: Organisation): Promise<Record<'revoked' | 'expired', string>> {
  const as = { ...bearer(organisation.tokens.administrator), 'content-type': 'application/json' };
  const make = async (more: object) => {
    const payload = JSON.stringify({ name: 'ended', role: 'administrator', ...more });
    const answer = await server.fire({ method: 'POST', url: '/api/v1/tokens', headers: as, payload });
    return JSON.parse(answer.body) as { id: string; token: string };
  };
  const revoked = await make({});
  const headers = bearer(organisation.tokens.administrator);
  await server.fire({ method: 'DELETE', url: `/api/v1/tokens/${revoked.id}`, headers });
  const expired = await make({ expiresAt: new Date(server.clock.now() + 1000).toISOString() });
  server.clock.time += 2000;
  return { revoked: revoked.token, expired: expired.token };
}

export async function createWorld(server: Server): Promise<World> {
  await server.database.db
    .insertInto('organisations')
    .values({ id: OTHER.id, name: 'B', settings: '{}', created_at: server.clock.now() })
    .execute();
  const a = await fillOrganisation(server, MAIN);
  const b = await fillOrganisation(server, OTHER);
  const nobody = outsiders(await endedTokens(server, a));
  let sessions = [...a.sessions, ...b.sessions];
  const roles = Object.keys(a.tokens) as CallerRole[];
  return {
    server,
    a,
    b,
    callerBy(dice) {
      const kind = dice.below(10);
      if (kind < 2) return dice.pick(nobody);
      if (kind < 5) return byToken(dice.pick([a, b]), 'administrator');
      return kind < 7 ? dice.pick(sessions) : byToken(dice.pick([a, b]), dice.pick(roles));
    },
    async renew() {
      sessions = [...(await sessionsOf(server, MAIN)), ...(await sessionsOf(server, OTHER))];
    },
  };
}
