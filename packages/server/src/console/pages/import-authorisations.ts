import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import { importFromPaper } from '../../authorisations/import.ts';
import { answerOf } from '../../authorisations/import-routes.ts';
import { PAPER_COLUMNS } from '../../authorisations/paper-columns.ts';
import { IMPORT_LIMIT_BYTES } from '../../registers/import-routes.ts';
import type { Settings } from '../../settings.ts';
import { showPage } from '../console.ts';
import { acceptUploads, NOT_TEXT } from '../uploads.ts';
import { inPlainWords } from './act-words.ts';
import type { ActPageDeps } from './authorisation.ts';

interface Deps extends ActPageDeps {
  readonly settings: Pick<Settings, 'origin'>;
}

const Body = Type.Object(
  {
    file: Type.Optional(Type.String({ maxLength: IMPORT_LIMIT_BYTES })),
    /** The file again, once what was understood has been shown. */
    text: Type.Optional(Type.String({ maxLength: IMPORT_LIMIT_BYTES })),
  },
  { additionalProperties: false },
);

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const columns = PAPER_COLUMNS.map(({ name, needed, expected }) => ({ name, needed, expected }));

const show = (deps: Deps, exchange: Exchange, model: object, status = 200) =>
  showPage(deps, exchange, 'import-authorisations', { columns, ...model }, { section: 'authorisations', status });

/** Shows what was understood first; the same file, sent again from there, is recorded. */
async function take(deps: Deps, exchange: Exchange, body: Static<typeof Body>) {
  const text = body.text ?? body.file ?? '';
  const dryRun = body.text === undefined;
  if (text === '') return show(deps, exchange, { error: 'Choose the file that you want to import' }, 400);
  if (text === NOT_TEXT)
    return show(deps, exchange, { error: 'Save the file as "CSV UTF-8": it is in another encoding' }, 400);
  const given = { db: deps.db, now: deps.clock.now(), random: deps.random, origin: deps.settings.origin };
  const outcome = await importFromPaper(callerOf(exchange.request), new TextEncoder().encode(text), dryRun, given);
  if (outcome.kind === 'done') {
    deps.wake();
    return show(deps, exchange, { result: answerOf(outcome), text });
  }
  const problems = outcome.problems.map((one) => ({ ...one, expected: inPlainWords(one.expected) }));
  return show(deps, exchange, { problems }, 400);
}

/** `/import/authorisations`: approvals that exist on paper. */
export const importAuthorisationsPage: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const bodyLimit = IMPORT_LIMIT_BYTES + 64 * 1024;
  const config = { access: 'authorisations:record' } as const;
  acceptUploads(app, bodyLimit);
  app.get('/import/authorisations', { schema: { hide: true }, config }, (request, reply) =>
    show(deps, { request, reply }, {}),
  );
  app.post('/import/authorisations', { schema: { hide: true, body: Body }, config, bodyLimit }, (request, reply) =>
    take(deps, { request, reply }, request.body),
  );
};
