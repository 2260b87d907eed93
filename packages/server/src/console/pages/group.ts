import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { typedKey } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { Problem, problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { listPeople } from '../../people/store.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { changeGroup, dropGroup, type GroupChange, readGroup, type WholeGroup } from '../../registers/group-change.ts';
import { linkTo, showPage } from '../console.ts';
import {
  type Answers,
  ConfirmForm,
  type EntryField,
  type EntryPage,
  type Exchange,
  formOf,
  refusalOf,
  showConfirmation,
  showForm,
  takeForm,
} from '../entry-form.ts';
import type { ImportPageDeps } from './import.ts';

const ON_A_PAGE = 50;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const closed = { additionalProperties: false } as const;
const Params = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });
const WRITE = { access: 'people:write' } as const;
const pathOf = (name: string) => `/groups/${encodeURIComponent(name)}`;
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

const DONE: Readonly<Record<string, string>> = {
  made: 'The group has been added. It is recorded under your name.',
  changed: 'Who is in the group has been changed. It is recorded under your name.',
};

async function requireGroup({ db }: ImportPageDeps, exchange: Exchange, name: string): Promise<WholeGroup> {
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
    next: page.nextCursor && linkTo(pathOf(name), { cursor: page.nextCursor }),
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
    { schema: { hide: true, params: Params, querystring }, config: { access: 'people:read' } },
    (request, reply) => showGroup(deps, { request, reply }, request.params.name, request.query),
  );
}

/** Puts one person in, or takes one out, from the group's own page. */
function members(app: App, deps: ImportPageDeps): void {
  const Body = Type.Object({ add: Field(1000), remove: Field(1000) }, closed);
  app.post(
    '/groups/:name',
    { schema: { hide: true, params: Params, body: Body }, config: WRITE },
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
      return reply.redirect(linkTo(pathOf(name), { done: 'changed' }), 303);
    },
  );
}

const FIELDS: readonly EntryField[] = [
  {
    kind: 'text',
    name: 'name',
    label: 'Name',
    hint: 'As policies and authorisations name it.',
    wrong: 'Enter the name, in one line of at most 200 characters without semicolons',
  },
  {
    kind: 'lines',
    name: 'members',
    label: 'People (optional)',
    hint: 'The accounts of people in the list, one on each line.',
    wrong: 'Enter accounts of people in the list of people, one on each line',
  },
];

function checkGroup({ name }: Answers): void {
  if (typeof name === 'string' && /^[^;\p{Cc}]{1,200}$/u.test(name)) return;
  throw problem('validation', '', [{ field: 'body.name', expected: '' }]);
}

const addPage: EntryPage = {
  heading: 'Add a group',
  section: 'people',
  crumbs: [{ text: 'Groups', href: '/groups' }, { text: 'Add a group' }],
  fields: FIELDS,
  check: checkGroup,
  action: '/add/group',
  button: 'Add the group',
  back: '/groups',
};

function adding(app: App, deps: ImportPageDeps): void {
  app.get('/add/group', { schema: { hide: true }, config: WRITE }, (request, reply) =>
    showForm(deps, { request, reply }, addPage, { form: {} }),
  );
  app.post('/add/group', { schema: { hide: true, body: formOf(FIELDS) }, config: WRITE }, (request, reply) =>
    takeForm(deps, { request, reply }, addPage, {
      async save(body) {
        const accounts = Array.isArray(body['members']) ? (body['members'] as readonly string[]).map(typedKey) : [];
        const change: GroupChange = { name: String(body['name']), mode: 'make', become: () => accounts };
        await changeGroup(deps, callerOf(request), change);
        return linkTo(pathOf(change.name), { done: 'made' });
      },
    }),
  );
}

function removing(app: App, deps: ImportPageDeps): void {
  const confirmation = ({ name, accounts, version }: WholeGroup) => ({
    heading: `Are you sure that you want to remove the group ${name}?`,
    section: 'people' as const,
    crumbs: [{ text: 'Groups', href: '/groups' }, { text: name, href: pathOf(name) }, { text: 'Remove' }],
    lines: [
      accounts.length === 0
        ? 'Nobody is in it.'
        : `${accounts.length} people are in it; they stay in the list of people.`,
      'Rules and authorisations that name it no longer concern them.',
    ],
    action: `${pathOf(name)}/remove`,
    button: 'Remove the group',
    back: pathOf(name),
    version,
  });
  const schema = { hide: true, params: Params } as const;
  app.get('/groups/:name/remove', { schema, config: WRITE }, async (request, reply) => {
    const exchange = { request, reply };
    return showConfirmation(deps, exchange, confirmation(await requireGroup(deps, exchange, request.params.name)));
  });
  app.post(
    '/groups/:name/remove',
    { schema: { ...schema, body: ConfirmForm }, config: WRITE },
    async (request, reply) => {
      const exchange = { request, reply };
      const group = await requireGroup(deps, exchange, request.params.name);
      try {
        await dropGroup(deps, callerOf(request), { name: group.name, version: request.body.version });
      } catch (error) {
        return showConfirmation(deps, exchange, { ...confirmation(group), error: refusalOf(error) });
      }
      return reply.redirect('/groups', 303);
    },
  );
}

/** One group: who is in it, adding one, and removing one. */
export const groupPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  showing(app, deps);
  members(app, deps);
  adding(app, deps);
  removing(app, deps);
};
