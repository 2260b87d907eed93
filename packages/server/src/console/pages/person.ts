import { iso } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { present } from '../../authorisations/present.ts';
import { listAuthorisations } from '../../authorisations/read.ts';
import type { AuthorisationRow } from '../../authorisations/store.ts';
import type { Db } from '../../db/database.ts';
import { readByHand } from '../../db/hand-changes.ts';
import { problem } from '../../errors.ts';
import { heldBy } from '../../people/holder.ts';
import { may } from '../../people/permissions.ts';
import { isWithin, rolesOf } from '../../people/roles.ts';
import { groupsOf, type Person, personByAccount } from '../../people/store.ts';
import { presentWithdrawal } from '../../withdrawals/present.ts';
import { listWithdrawals } from '../../withdrawals/read.ts';
import { type PageDeps, showPage } from '../console.ts';
import { daysWords, standingOf } from '../standing-words.ts';

const MOST_AUTHORISATIONS = 50;
export const PersonParams = Type.Object({ account: Type.String({ minLength: 1, maxLength: 64 }) });

/** Somebody by their account. Throws `person-unknown`. */
export async function requirePerson(db: Db, organisation: string, account: string): Promise<Person> {
  const person = await personByAccount(db, organisation, account);
  if (person === undefined) throw problem('person-unknown', 'Nobody in the list of people has this account.');
  return person;
}

const rolesIn = async (db: Db, { organisation, id }: Person, today: string) =>
  (await rolesOf(db, organisation, id)).map(({ role, standing, starts_on: from, ends_on: until }) => ({
    role,
    standing,
    days: daysWords(from, until),
    isNow: isWithin(today, from, until),
  }));

async function authorisationsOf({ db, clock }: PageDeps, caller: Caller, person: Person) {
  if (!may(caller.role, 'authorisations:read')) return undefined;
  const now = clock.now();
  // As what they are registered: a device may have its holder under any of the three.
  const called = [person.name, person.account, ...(person.email === null ? [] : [person.email])];
  const found = new Map<string, AuthorisationRow>();
  for (const name of called)
    for (const row of await listAuthorisations(db, caller, { person: name }, { limit: MOST_AUTHORISATIONS, now }))
      found.set(row.id, row);
  const newest = [...found.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  return newest.slice(0, MOST_AUTHORISATIONS).map((row) => present(row, now));
}

async function modelOf(deps: PageDeps, caller: Caller, person: Person) {
  const { db, clock } = deps;
  const { organisation, account } = person;
  const today = iso(clock.now()).slice(0, 10);
  const groups = await groupsOf(db, organisation, [person.id]);
  const manager =
    person.line_manager === null ? undefined : await personByAccount(db, organisation, person.line_manager);
  return {
    person: {
      ...person,
      groups: groups.get(person.id) ?? [],
      standing: standingOf(person, today),
      works: daysWords(person.starts_on, person.ends_on),
      away: daysWords(person.absent_from, person.absent_until),
    },
    manager,
    held: await heldBy(db, person),
    roles: await rolesIn(db, person, today),
    authorisations: await authorisationsOf(deps, caller, person),
    byHand: await readByHand(db, { organisation, register: 'people' }, account),
    mayWrite: may(caller.role, 'people:write'),
    withdrawn: may(caller.role, 'withdrawals:read')
      ? (await listWithdrawals(db, caller, { subject: account, open: true }, { limit: MOST_AUTHORISATIONS })).map(
          presentWithdrawal,
        )
      : undefined,
    mayWithdraw: may(caller.role, 'withdrawals:order'),
    mayProtect: may(caller.role, 'data-protection'),
    maySeeDevices: may(caller.role, 'devices:read'),
    maySeeSticks: may(caller.role, 'registers:read'),
  };
}

const DONE: Readonly<Record<string, string>> = {
  entered: 'The person has been entered. It is recorded under your name.',
  changed: 'Your changes have been saved. They are recorded under your name.',
  gone: 'The person is marked as no longer listed. It is recorded under your name.',
  back: 'The person is listed again. It is recorded under your name.',
};

/** `GET /people/{account}`: what Beadle holds about a person. Looking at it is on record. */
export const personPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const Query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });
  app.get(
    '/people/:account',
    { schema: { hide: true, params: PersonParams, querystring: Query }, config: { access: 'people:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const person = await requirePerson(deps.db, caller.organisation, request.params.account);
      await recordView(deps, caller, 'person-viewed', `person:${person.account}`);
      const { done } = request.query;
      const model = {
        ...(await modelOf(deps, caller, person)),
        done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
      };
      return showPage(deps, { request, reply }, 'person', model, { section: 'people' });
    },
  );
};
