import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ROLES } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import { problem } from '../errors.ts';
import { IMPORT_LIMIT_BYTES } from '../registers/import-routes.ts';
import type { Settings } from '../settings.ts';
import { importFromPaper, MOST_LINES, type PaperImport } from './import.ts';
import { PAPER_COLUMNS } from './paper-columns.ts';
import type { AuthorisationRoutesDeps } from './routes.ts';

const Query = Type.Object(
  { dryRun: Type.Optional(Type.Boolean({ description: 'true: say what was understood, and keep nothing' })) },
  { additionalProperties: false },
);

const Line = Type.Object({
  line: Type.Integer(),
  kind: Type.String(),
  subject: Type.String(),
  devices: Type.Integer({ description: 'how many devices it concerns now' }),
  approver: Type.String(),
  role: Type.Enum([...ROLES]),
  from: Type.String({ description: 'the first day' }),
  to: Type.String({ description: 'the last day' }),
  known: Type.Boolean({ description: 'it is there already, and nothing is added' }),
});

const Answer = Type.Object({
  dryRun: Type.Boolean(),
  counts: Type.Object({ added: Type.Integer(), known: Type.Integer() }),
  lines: Type.Array(Line),
});

/** What an import did or would do, as programs and pages tell it. */
export function answerOf({ dryRun, lines }: Extract<PaperImport, { kind: 'done' }>) {
  const known = lines.filter((line) => line.known).length;
  return { dryRun, counts: { added: lines.length - known, known }, lines: [...lines] };
}

type Deps = AuthorisationRoutesDeps & { readonly settings: Pick<Settings, 'origin'> };

/** `POST /api/v1/authorisations/import`: approvals that exist on paper. */
export const authorisationImportRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const parser = { parseAs: 'buffer' as const, bodyLimit: IMPORT_LIMIT_BYTES };
  app.addContentTypeParser('text/csv', parser, (_request, body, done) => done(null, body));
  const columns = PAPER_COLUMNS.map(({ name }) => name).join(', ');
  const schema = {
    tags: ['authorisations'],
    summary: `Import approvals that exist on paper from text/csv with the columns ${columns}: all of it or nothing, at most ${MOST_LINES} lines`,
    consumes: ['text/csv'],
    querystring: Query,
    response: { 200: Answer },
  };
  const config = { access: 'authorisations:record' } as const;
  app.post('/api/v1/authorisations/import', { config, bodyLimit: IMPORT_LIMIT_BYTES, schema }, async (request) => {
    if (!(request.body instanceof Uint8Array)) throw problem('unsupported-type', 'Send the file as text/csv.');
    const { db, clock, random, settings } = deps;
    const given = { db, now: clock.now(), random, origin: settings.origin };
    const { dryRun = false } = request.query;
    const outcome = await importFromPaper(callerOf(request), request.body, dryRun, given);
    if (outcome.kind === 'refused') {
      const fields = outcome.problems.map(({ line, column, name, expected }) => ({
        field: `${line}:${column}: ${name}`,
        expected,
      }));
      throw problem('import-refused', 'The file has errors; each is named with its line and column.', fields);
    }
    deps.wake();
    return answerOf(outcome);
  });
};
