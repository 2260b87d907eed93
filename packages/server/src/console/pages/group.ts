import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { typedKey } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { Problem, problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { listPeople } from '../../people/store.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { changeGroup, readGroup, type WholeGroup } from '../../registers/group-change.ts';
import { linkTo, showPage } from '../console.ts';
import type { Exchange } from '../entry-form.ts';
import type { ImportPageDeps } from './import.ts';

const ON_A_PAGE = 50;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const closed = { additionalProperties: false } as const;
export const GroupParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });
const WRITE = { access: 'people:write' } as const;
export const groupPath = (name: string) => `/groups/${encodeURIComponent(name)}`;
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

const DONE: Readonly<Record<string, string>> = {
  made: 'The group has been added. It is recorded under your name.',
  changed: 'Who is in the group has been changed. It is recorded under your name.',
};

/** Throws `not-found`. */
export async function requireGroup({ db }: ImportPageDeps, exchange: Exchange, name: string): Promise<WholeGroup> {
  const group = await readGroup(db, callerOf(exchange.request).organisation, name);
  if (group === undefined) throw problem('not-found', 'There is no such group.');
  return group;
}

interface Shown {
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly error?: string;
  readonly account?: string;
}

async function showGroup(deps: ImportPageDeps, exchange: Exchange, name: string, given: Shown) {
  const { organisation, role } = callerOf(exchange.request);
  const { source, accounts, version } = await requireGroup(deps, exchange, name);
  const [after] = readCursor(given.cursor || undefined, ['string']) ?? [];
  const rows = await listPeople(deps.db, organisation, { group: name, gone: true }, { limit: ON_A_PAGE, after });
  const page = toPage(
    rows,
    ON_A_PAGE,
    ({ account }) => [account],
    (row) => row,
  );
  const { done, error, account } = given;
  const model = {
    group: { name, source, version, count: accounts.length },
    people: page.items,
    next: page.nextCursor && linkTo(groupPath(name), { cursor: page.nextCursor }),
    mayWrite: may(role, 'people:write'),
    done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    error,
    account,
  };
  return showPage(deps, exchange, 'group', model, { section: 'people', status: error === undefined ? 200 : 400 });
}

function showing(app: App, deps: ImportPageDeps): void {
  const querystring = Type.Object({ cursor: Field(1000), done: Field(20) }, closed);
  app.get(
    '/groups/:name',
    { schema: { hide: true, params: GroupParams, querystring }, config: { access: 'people:read' } },
    (request, reply) => showGroup(deps, { request, reply }, request.params.name, request.query),
  );
}

/** Puts one person in, or takes one out, from the group's own page. */
function members(app: App, deps: ImportPageDeps): void {
  const Body = Type.Object({ add: Field(1000), remove: Field(1000) }, closed);
  app.post(
    '/groups/:name',
    { schema: { hide: true, params: GroupParams, body: Body }, config: WRITE },
    async (request, reply) => {
      const { name } = request.params;
      const [add, remove] = [typedKey(request.body.add ?? ''), typedKey(request.body.remove ?? '')];
      const again = (error: string) => showGroup(deps, { request, reply }, name, { error, account: add });
      if (add === '' && remove === '') return again('Enter the account of the person to add');
      const become = (accounts: readonly string[]) => [
        ...accounts.filter((account) => account !== remove),
        ...(add === '' ? [] : [add]),
      ];
      try {
        await changeGroup(deps, callerOf(request), { name, mode: 'change', become });
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'validation') throw error;
        return again('Enter the account of somebody in the list of people');
      }
      return reply.redirect(linkTo(groupPath(name), { done: 'changed' }), 303);
    },
  );
}

/** One group: who is in it, and putting one in and taking one out. */
export const groupPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  showing(app, deps);
  members(app, deps);
};
