import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { groupsOf, type Person } from '../../people/store.ts';
import { changeRow, rowOfBody, takeOut } from '../../registers/change.ts';
import { people } from '../../registers/people.ts';
import { presentPerson } from '../../registers/person-answer.ts';
import { ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { linkTo } from '../console.ts';
import { type EntryPage, formOf, showForm, takeForm, valuesOf } from '../entry-form.ts';
import type { ImportPageDeps } from './import.ts';
import { ACCOUNT, FIELDS } from './person-fields.ts';
import { PersonParams, requirePerson } from './person.ts';

const INTRO: Readonly<Record<string, string>> = {
  directory:
    'The directory keeps this person. What you change of their name, email, population, line manager or the directory’s groups is taken back by its next import, within the hour: change it in the directory. Days and other groups stay as you enter them.',
  csv: 'This person came with a file. If the next file says otherwise, what it says will hold, and its report will say so.',
};

const addPage: EntryPage = {
  heading: 'Add a person',
  section: 'people',
  crumbs: [{ text: 'People', href: '/people' }, { text: 'Add a person' }],
  fields: [ACCOUNT, ...FIELDS],
  check: (body) => rowOfBody(people, body),
  action: '/add/person',
  button: 'Add the person',
  intro: 'No import takes away whom you add here. Once a list has them, the list keeps them.',
  back: '/people',
};

const pathOf = ({ account }: Pick<Person, 'account'>) => `/people/${encodeURIComponent(account)}`;
const crumbsOf = (person: Person, text: string) => [
  { text: 'People', href: '/people' },
  { text: person.name, href: pathOf(person) },
  { text },
];

const changePage = (person: Person): EntryPage => ({
  heading: `Change ${person.name}`,
  section: 'people',
  crumbs: crumbsOf(person, 'Change'),
  fields: FIELDS,
  check: (body) => rowOfBody(people, body),
  action: `${pathOf(person)}/change`,
  button: 'Save changes',
  intro: INTRO[person.source],
  back: pathOf(person),
});

const config = { access: 'people:write' } as const;
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

function adding(app: App, deps: ImportPageDeps): void {
  app.get('/add/person', { schema: { hide: true }, config }, (request, reply) =>
    showForm(deps, { request, reply }, addPage, { form: {} }),
  );
  app.post('/add/person', { schema: { hide: true, body: formOf(addPage.fields) }, config }, (request, reply) =>
    takeForm(deps, { request, reply }, addPage, {
      async save(body) {
        const row = rowOfBody(people, body);
        await changeRow(deps, callerOf(request), { register: people, row, mode: 'make', noun: 'person' });
        return linkTo(pathOf({ account: people.keyOf(row) }), { done: 'entered' });
      },
    }),
  );
}

async function entryOf({ db }: ImportPageDeps, person: Person) {
  const groups = await groupsOf(db, person.organisation, [person.id]);
  return presentPerson(person, groups.get(person.id) ?? []);
}

const schema = { hide: true, params: PersonParams } as const;

function changing(app: App, deps: ImportPageDeps): void {
  app.get('/people/:account/change', { schema, config }, async (request, reply) => {
    const caller = callerOf(request);
    const person = await requirePerson(deps.db, caller.organisation, request.params.account);
    await recordView(deps, caller, 'person-viewed', `person:${person.account}`);
    const entry = await entryOf(deps, person);
    const filled = { form: valuesOf(FIELDS, entry), version: entry.version };
    return showForm(deps, { request, reply }, changePage(person), filled);
  });
  app.post(
    '/people/:account/change',
    { schema: { ...schema, body: formOf(FIELDS) }, config },
    async (request, reply) => {
      const caller = callerOf(request);
      const find = () => requirePerson(deps.db, caller.organisation, request.params.account);
      const person = await find();
      return takeForm(deps, { request, reply }, changePage(person), {
        async save(body, version) {
          const row = rowOfBody(people, { ...body, account: person.account });
          await changeRow(deps, caller, { register: people, row, mode: 'change', version, noun: 'person' });
          return linkTo(pathOf(person), { done: 'changed' });
        },
        versionNow: async () => (await entryOf(deps, await find())).version,
      });
    },
  );
}

function leaving(app: App, deps: ImportPageDeps): void {
  const confirmation = async (person: Person) => ({
    heading: `Are you sure that ${person.name} is no longer at the council?`,
    section: 'people' as const,
    crumbs: crumbsOf(person, 'No longer listed'),
    lines: [
      'From today nothing that a role is told goes to them. Their record stays, as breaches and approvals name them. No access is withdrawn by this.',
      ...(person.source === 'directory'
        ? ['The directory still has them, and its next import lists them again: take them out of the directory, too.']
        : []),
    ],
    action: `${pathOf(person)}/gone`,
    button: 'Mark as no longer listed',
    back: pathOf(person),
    version: (await entryOf(deps, person)).version,
  });
  app.get('/people/:account/gone', { schema, config }, async (request, reply) => {
    const person = await requirePerson(deps.db, callerOf(request).organisation, request.params.account);
    return showConfirmation(deps, { request, reply }, await confirmation(person));
  });
  app.post('/people/:account/gone', { schema: { ...schema, body: ConfirmForm }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const person = await requirePerson(deps.db, caller.organisation, request.params.account);
    const out = { register: people, key: person.account, version: request.body.version };
    try {
      await takeOut(deps, caller, { ...out, action: 'person-gone', noun: 'person' });
    } catch (error) {
      return showConfirmation(deps, { request, reply }, { ...(await confirmation(person)), error: refusalOf(error) });
    }
    return reply.redirect(linkTo(pathOf(person), { done: 'gone' }), 303);
  });
}

/** `POST /people/{account}/back`: whoever was marked as gone is listed again. */
function comingBack(app: App, deps: ImportPageDeps): void {
  app.post('/people/:account/back', { schema: { ...schema, body: ConfirmForm }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const person = await requirePerson(deps.db, caller.organisation, request.params.account);
    const row = { account: person.account, gone: 'no' };
    await changeRow(deps, caller, { register: people, row, mode: 'change', noun: 'person' });
    return reply.redirect(linkTo(pathOf(person), { done: 'back' }), 303);
  });
}

/** Entering a person, changing what is said of one, and marking one as gone. */
export const personForms: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  adding(app, deps);
  changing(app, deps);
  leaving(app, deps);
  comingBack(app, deps);
};
