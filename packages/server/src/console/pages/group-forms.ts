import { typedKey } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../access.ts';
import { problem } from '../../errors.ts';
import { changeGroup, dropGroup, type GroupChange, type WholeGroup } from '../../registers/group-change.ts';
import { ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { linkTo } from '../console.ts';
import { type Answers, type EntryField, type EntryPage, formOf, showForm, takeForm } from '../entry-form.ts';
import { GroupParams, groupPath, requireGroup } from './group.ts';
import type { ImportPageDeps } from './import.ts';

const WRITE = { access: 'people:write' } as const;
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

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
        return linkTo(groupPath(change.name), { done: 'made' });
      },
    }),
  );
}

function removing(app: App, deps: ImportPageDeps): void {
  const confirmation = ({ name, accounts, version }: WholeGroup) => ({
    heading: `Are you sure that you want to remove the group ${name}?`,
    section: 'people' as const,
    crumbs: [{ text: 'Groups', href: '/groups' }, { text: name, href: groupPath(name) }, { text: 'Remove' }],
    lines: [
      accounts.length === 0
        ? 'Nobody is in it.'
        : `${accounts.length} people are in it; they stay in the list of people.`,
      'Rules and authorisations that name it no longer concern them.',
    ],
    action: `${groupPath(name)}/remove`,
    button: 'Remove the group',
    back: groupPath(name),
    version,
  });
  const schema = { hide: true, params: GroupParams } as const;
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

/** Making a group and removing one. */
export const groupForms: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  adding(app, deps);
  removing(app, deps);
};
