import { iso, POPULATIONS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { seesField } from '../../people/fields.ts';
import { listGroups } from '../../people/groups.ts';
import { may } from '../../people/permissions.ts';
import { countPeople, groupsOf, listPeople, type PeopleFilter } from '../../people/store.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { knownTo, standingOf } from '../standing-words.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const ON_A_PAGE = 50;

async function pageOfPeople({ db, clock }: PageDeps, caller: Caller, filter: PeopleFilter, after: string | undefined) {
  const { organisation } = caller;
  const rows = await listPeople(db, organisation, filter, { limit: ON_A_PAGE, after });
  const ids = rows.map(({ id }) => id);
  const groups = await groupsOf(db, organisation, ids);
  const known = knownTo(caller);
  const today = iso(clock.now()).slice(0, 10);
  return toPage(
    rows,
    ON_A_PAGE,
    ({ account }) => [account],
    ({ account, name, population, ...person }) => ({
      account,
      name,
      population,
      groups: groups.get(person.id) ?? [],
      standing: standingOf({ account, name, population, ...person }, today, known),
    }),
  );
}

/** `GET /people`. */
const listOfPeople: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const Query = Type.Object(
    { q: Field(200), population: Field(40), group: Field(200), gone: Field(3), cursor: Field(1000), done: Field(20) },
    { additionalProperties: false },
  );
  app.get(
    '/people',
    { schema: { hide: true, querystring: Query }, config: { access: 'people:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { cursor, done, ...kept } = request.query;
      const filter = {
        q: kept.q?.trim() || undefined,
        byEmail: seesField(caller, 'person.email'),
        population: kept.population || undefined,
        group: kept.group || undefined,
        gone: kept.gone === 'yes',
      };
      const [after] = readCursor(cursor || undefined, ['string']) ?? [];
      const { items, nextCursor } = await pageOfPeople(deps, caller, filter, after);
      const model = {
        query: kept,
        filtered: Object.values(kept).some(Boolean),
        populations: POPULATIONS,
        people: items,
        erased: done === 'erased',
        total: await countPeople(deps.db, caller.organisation, filter),
        byEmail: filter.byEmail,
        mayWrite: may(caller.role, 'people:write'),
        next: nextCursor && linkTo('/people', { ...kept, cursor: nextCursor }),
      };
      return showPage(deps, { request, reply }, 'people', model, { section: 'people' });
    },
  );
};

/** `GET /groups`. */
const listOfGroups: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const Query = Type.Object({ cursor: Field(1000) }, { additionalProperties: false });
  app.get(
    '/groups',
    { schema: { hide: true, querystring: Query }, config: { access: 'people:read' } },
    async (request, reply) => {
      const { organisation, role } = callerOf(request);
      const [after] = readCursor(request.query.cursor || undefined, ['string']) ?? [];
      const rows = await listGroups(deps.db, organisation, { limit: ON_A_PAGE, after });
      const { items, nextCursor } = toPage(
        rows,
        ON_A_PAGE,
        ({ name }) => [name],
        (group) => group,
      );
      const next = nextCursor && linkTo('/groups', { cursor: nextCursor });
      return showPage(
        deps,
        { request, reply },
        'groups',
        { groups: items, next, mayWrite: may(role, 'people:write') },
        { section: 'people' },
      );
    },
  );
};

export const peoplePages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  await app.register(listOfPeople, deps);
  await app.register(listOfGroups, deps);
};
