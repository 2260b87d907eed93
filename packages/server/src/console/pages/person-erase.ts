import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Readable } from 'node:stream';
import { callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { problem } from '../../errors.ts';
import type { Person } from '../../people/store.ts';
import { erasePerson } from '../../protection/erasure.ts';
import { exportPerson } from '../../protection/export.ts';
import { MOST_REASON } from '../../protection/holds-schema.ts';
import { linkTo, type PageDeps } from '../console.ts';
import { type Answers, type EntryPage, formOf, showForm, takeForm } from '../entry-form.ts';
import { PersonParams, requirePerson } from './person.ts';

const config = { access: 'data-protection' } as const;
const pathOf = ({ account }: Pick<Person, 'account'>) => `/people/${encodeURIComponent(account)}`;
const reasonOf = ({ reason }: Answers): string => (Array.isArray(reason) ? reason.join('\n') : '');

const FIELDS: EntryPage['fields'] = [
  {
    kind: 'lines',
    name: 'reason',
    label: 'Why are they erased?',
    hint: 'For example that they asked for it on a day. Their name is replaced in it.',
    wrong: `Enter why, in ${MOST_REASON} characters or fewer`,
  },
];

const pageOf = (person: Person): EntryPage => ({
  heading: `Are you sure that you want to erase ${person.name}?`,
  section: 'people',
  crumbs: [{ text: 'People', href: '/people' }, { text: person.name, href: pathOf(person) }, { text: 'Erase' }],
  fields: FIELDS,
  check: (body) => {
    const reason = reasonOf(body);
    if (reason === '' || reason.length > MOST_REASON)
      throw problem('validation', 'Something is missing.', [{ field: 'body.reason', expected: 'an answer' }]);
  },
  action: `${pathOf(person)}/erase`,
  button: 'Erase this person',
  warns: true,
  intro:
    'Their entry goes, what devices said that only they held, and messages to them. Where else they are named a made-up name stands from then on. The audit log stays as it is. This cannot be taken back. If a list of the council’s still has them, its next import enters them again.',
  back: pathOf(person),
});

/** `/people/{account}/export` gives all that is held about somebody, and `/erase` asks before it erases them. */
export const personErasePages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const { db, clock } = deps;
  const schema = { hide: true, params: PersonParams } as const;
  app.get('/people/:account/export', { schema, config }, async (request, reply) => {
    const told = await exportPerson(callerOf(request), request.params.account, { db, now: clock.now() });
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="what-is-held.json"')
      .send(Readable.from(told));
  });
  app.get('/people/:account/erase', { schema, config }, async (request, reply) => {
    const caller = callerOf(request);
    const person = await requirePerson(db, caller.organisation, request.params.account);
    await recordView(deps, caller, 'person-viewed', `person:${person.account}`);
    return showForm(deps, { request, reply }, pageOf(person), { form: {} });
  });
  app.post(
    '/people/:account/erase',
    { schema: { ...schema, body: formOf(FIELDS) }, config },
    async (request, reply) => {
      const caller = callerOf(request);
      const person = await requirePerson(db, caller.organisation, request.params.account);
      return takeForm(deps, { request, reply }, pageOf(person), {
        async save(answers) {
          const asked = { account: person.account, reason: reasonOf(answers) };
          await erasePerson(caller, asked, { db, now: clock.now() });
          return linkTo('/people', { done: 'erased' });
        },
      });
    },
  );
};
