import { iso, ROLES, type Role } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { type RoleEntry, rolesToday } from '../../people/role-board.ts';
import { type PageDeps, showPage } from '../console.ts';
import { daysWords, type Known, knownTo, standingOf } from '../standing-words.ts';

export const RoleParams = Type.Object({ role: Type.String({ maxLength: 60 }) });

/** The role of an address. Throws `not-found`. */
export function requireRole(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) throw problem('not-found', 'There is no role of this name.');
  return role;
}

/** Why somebody who has a role today cannot be told; never a reason for being away. */
function stateWords({ today, person_row: person }: RoleEntry, day: string, known: Known): string {
  if (today === 'past') return 'Ended';
  if (today === 'coming') return 'Not begun';
  // Who is told today is for everybody to see who sees the roles, and so that a holder is not there.
  return today === 'here' ? 'Here' : standingOf(person, day, { ...known, absence: true });
}

const shown = (entry: RoleEntry, today: string, known: Known) => ({
  id: entry.id,
  account: entry.account,
  name: entry.name,
  standing: entry.standing,
  state: stateWords(entry, today, known),
  days: daysWords(entry.starts_on, entry.ends_on),
  away: known.absence ? daysWords(entry.person_row.absent_from, entry.person_row.absent_until) : undefined,
  isNow: entry.today === 'here' || entry.today === 'away',
  hasBegun: entry.today !== 'coming',
});

const DONE: Readonly<Record<string, string>> = {
  given: 'The role has been given. It is recorded under your name.',
  changed: 'The days have been changed. It is recorded under your name.',
  'taken-back': 'It has been taken back. It is recorded under your name.',
};

/** `GET /roles` and `GET /roles/{role}`: who has which role, who deputises, and who is told today. */
export const rolePages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'people:read' } as const;
  const dayOf = () => iso(deps.clock.now()).slice(0, 10);
  app.get('/roles', { schema: { hide: true }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const [today, known] = [dayOf(), knownTo(caller)];
    const board = await rolesToday(deps.db, caller.organisation, today);
    // Everybody is a worker: that is worth a line only where somebody was named.
    const shownRoles = board.filter(({ role, entries }) => role !== 'worker' || entries.length > 0);
    const roles = shownRoles.map(({ role, entries, told }) => ({
      role,
      told: told && shown(told, today, known),
      now: entries.map((entry) => shown(entry, today, known)).filter(({ isNow }) => isNow),
    }));
    return showPage(deps, { request, reply }, 'roles', { roles }, { section: 'people' });
  });

  const Query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });
  const schema = { hide: true, params: RoleParams, querystring: Query } as const;
  app.get('/roles/:role', { schema, config }, async (request, reply) => {
    const caller = callerOf(request);
    const [today, known] = [dayOf(), knownTo(caller)];
    const role = requireRole(request.params.role);
    const [found] = await rolesToday(deps.db, caller.organisation, today, [role]);
    const { done } = request.query;
    const model = {
      role,
      told: found?.told && shown(found.told, today, known),
      entries: found?.entries.map((entry) => shown(entry, today, known)) ?? [],
      mayWrite: may(caller.role, 'roles:write'),
      mayChangePeople: may(caller.role, 'people:write'),
      done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    };
    return showPage(deps, { request, reply }, 'role', model, { section: 'people' });
  });
};
