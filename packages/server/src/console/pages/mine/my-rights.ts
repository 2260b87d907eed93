import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { actorOf, callerOf } from '../../../access.ts';
import { readCursor, toPage } from '../../../pagination.ts';
import { askRights } from '../../../rights/act.ts';
import { ownRights, ownRightsOf, presentOwn } from '../../../rights/read.ts';
import { RightsRef } from '../../../rights/schema.ts';
import { linkTo, showPage } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import { type FieldError, formSchema, type Sent } from '../../forms/fields.ts';
import { readForm } from '../../forms/read.ts';
import { languageOf } from '../../language/language.ts';
import { sayIn } from '../../language/say.ts';
import { refusalIn } from '../act-words.ts';
import type { ReportPageDeps } from '../report-something.ts';
import { requestOf, rightsFields } from './my-rights-form.ts';

const ON_A_PAGE = 25;
const closed = { additionalProperties: false } as const;
const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Start = Type.Object({ kind: Field(20), about: Field(200) }, closed);
const Form = formSchema([
  { name: 'kind', kind: 'choice', label: '' },
  { name: 'about', kind: 'list', label: '' },
  { name: 'words', kind: 'text', label: '' },
]);

async function showForm(deps: ReportPageDeps, exchange: Exchange, sent: Sent, errors: readonly FieldError[] = []) {
  const { request } = exchange;
  const fields = await rightsFields(deps.db, callerOf(request), deps.clock.now(), languageOf(request));
  const status = errors.length > 0 ? 400 : 200;
  return showPage(deps, exchange, 'my-rights-new', { fields, sent, errors }, { section: 'my-device', status });
}

async function take(deps: ReportPageDeps, exchange: Exchange, sent: Sent): Promise<FastifyReply> {
  const { db, clock, random, settings, wake } = deps;
  const { request, reply } = exchange;
  const [caller, now, language] = [callerOf(request), clock.now(), languageOf(request)];
  const fields = await rightsFields(db, caller, now, language);
  const { values, errors } = readForm(fields, sent, now, sayIn(language));
  if (errors.length > 0) return showForm(deps, exchange, sent, errors);
  let ref: string;
  try {
    ref = await askRights(caller, requestOf(values, language), { db, now, random, origin: settings.origin });
  } catch (error) {
    return showForm(deps, exchange, sent, [{ field: 'about', ...refusalIn(language, error) }]);
  }
  wake();
  return reply.redirect(`/my-rights/${ref}?sent=yes`, 303);
}

/** `/my-rights`: where whoever is recorded complains, objects or asks for a correction, and reads how it stands. */
export const myRightsPages: FastifyPluginAsyncTypebox<ReportPageDeps> = async (app, deps) => {
  const { db } = deps;
  const config = { access: 'rights:ask' } as const;
  const querystring = Type.Object({ cursor: Field(1000) }, closed);
  app.get('/my-rights', { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const after = readCursor(request.query.cursor || undefined, ['string'])?.[0];
    const rows = await ownRights(db, caller.organisation, actorOf(caller), { limit: ON_A_PAGE, after });
    const { items, nextCursor } = toPage(rows, ON_A_PAGE, ({ id }) => [id], presentOwn);
    const model = { requests: items, next: nextCursor && linkTo('/my-rights', { cursor: nextCursor }) };
    return showPage(deps, { request, reply }, 'my-rights', model, { section: 'my-device' });
  });
  app.get('/my-rights/new', { schema: { hide: true, querystring: Start }, config }, (request, reply) =>
    showForm(deps, { request, reply }, request.query),
  );
  app.post('/my-rights/new', { schema: { hide: true, body: Form }, config }, (request, reply) =>
    take(deps, { request, reply }, request.body as Sent),
  );
  const one = { params: RightsRef, querystring: Type.Object({ sent: Field(10) }, closed) };
  app.get('/my-rights/:ref', { schema: { hide: true, ...one }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const it = presentOwn(await ownRightsOf(db, caller.organisation, actorOf(caller), request.params.ref));
    const model = { it, sent: request.query.sent === 'yes' };
    return showPage(deps, { request, reply }, 'my-right', model, { section: 'my-device' });
  });
};
