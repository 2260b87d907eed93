import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Clock, Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { actorOf, callerOf, type Permission } from '../access.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { MOST_GONE_PERCENT } from './plan.ts';
import type { RegisterName, WriteContext } from './register.ts';
import { importCsv, type ImportOptions, type Outcome, registers } from './run.ts';

export interface RegisterRoutesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** 20,000 rows of 200 bytes. */
export const IMPORT_LIMIT_BYTES = 4 * 1024 * 1024;
/** Of the keys of each list; the counts are always whole. */
const MOST_SHOWN = 500;

const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const Query = Type.Object(
  {
    dryRun: flag('true: say what would be done, and do nothing'),
    whole: flag('true: the file is the whole register, and what it does not have goes'),
    evenMany: flag(`true: more than ${MOST_GONE_PERCENT} % may go`),
  },
  { additionalProperties: false },
);

const Count = Type.Integer({ minimum: 0 });
const Keys = Type.Array(Type.String(), { description: `at most ${MOST_SHOWN}` });
export const ImportAnswer = Type.Object({
  dryRun: Type.Boolean(),
  counts: Type.Object({ added: Count, changed: Count, left: Count, gone: Count }),
  added: Keys,
  changed: Type.Array(Type.Object({ key: Type.String(), columns: Type.Array(Type.String()) })),
  gone: Keys,
  overruled: Type.Array(
    Type.Object({ key: Type.String(), columns: Type.Array(Type.String()), by: Type.Array(Type.String()) }),
    {
      description: `at most ${MOST_SHOWN}: what people had changed by hand and the list says otherwise, so that it was taken back`,
    },
  ),
});
export type ImportAnswer = Static<typeof ImportAnswer>;

/** A column that differs, as a report names it. */
export function columnWords(name: string): string {
  if (name === 'gone') return 'back again';
  return name === 'source' ? 'kept by this list from now on' : name;
}

/** What an import did or would do, as programs and pages tell it. */
export function answerOf(outcome: Extract<Outcome, { kind: 'done' }>): ImportAnswer {
  const { overruled } = outcome;
  const { added, changed, left, gone } = outcome.plan;
  return {
    dryRun: outcome.dryRun,
    counts: { added: added.length, changed: changed.length, left, gone: gone.length },
    added: added.slice(0, MOST_SHOWN).map(({ key }) => key),
    changed: changed.slice(0, MOST_SHOWN).map(({ key, columns }) => ({ key, columns: columns.map(columnWords) })),
    gone: gone.slice(0, MOST_SHOWN),
    overruled: overruled
      .slice(0, MOST_SHOWN)
      .map(({ key, columns, by }) => ({ key, columns: [...columns], by: [...by] })),
  };
}

/** In words, for a refusal. */
export const tooManyGone = ({ plan, expected }: Extract<Outcome, { kind: 'too-many-gone' }>): string =>
  `${plan.gone.length} of ${expected} would go, more than ${MOST_GONE_PERCENT} %: nothing was changed. Look whether the list is whole`;

export function requireDone(outcome: Outcome): Extract<Outcome, { kind: 'done' }> {
  if (outcome.kind === 'done') return outcome;
  if (outcome.kind === 'too-many-gone') throw problem('conflict', `${tooManyGone(outcome)}, or send evenMany=true.`);
  const fields = outcome.problems.map(({ line, column, name, expected }) => ({
    field: `${line}:${column}: ${name}`,
    expected,
  }));
  throw problem('import-refused', 'The file has errors; each is named with its line and column.', fields);
}

export const runImport = (
  { db }: Pick<RegisterRoutesDeps, 'db'>,
  name: RegisterName,
  bytes: Uint8Array,
  context: WriteContext,
  options: ImportOptions,
): Promise<Outcome> => inTransaction(db, (tx) => importCsv(tx, registers[name], bytes, context, options));

const ROUTES: readonly { readonly name: RegisterName; readonly path: string; readonly access: Permission }[] = [
  { name: 'people', path: '/api/v1/people/import', access: 'people:write' },
  { name: 'devices', path: '/api/v1/devices/import', access: 'devices:write' },
  { name: 'sticks', path: '/api/v1/registers/sticks/import', access: 'registers:write' },
  { name: 'printers', path: '/api/v1/registers/printers/import', access: 'registers:write' },
];

/** `POST …/import`: a register from a file of comma-separated values. */
export const importRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  const parser = { parseAs: 'buffer' as const, bodyLimit: IMPORT_LIMIT_BYTES };
  app.addContentTypeParser('text/csv', parser, (_request, body, done) => done(null, body));
  for (const { name, path, access } of ROUTES) {
    const columns = registers[name].columns.map((column) => column.name).join(', ');
    const schema = {
      tags: [name === 'sticks' || name === 'printers' ? 'registers' : name],
      summary: `Import ${name} from text/csv with the columns ${columns}: all of it or nothing`,
      consumes: ['text/csv'],
      querystring: Query,
      response: { 200: ImportAnswer },
    };
    app.post(path, { config: { access }, bodyLimit: IMPORT_LIMIT_BYTES, schema }, async (request) => {
      if (!(request.body instanceof Uint8Array)) throw problem('unsupported-type', 'Send the file as text/csv.');
      const caller = callerOf(request);
      const context = { organisation: caller.organisation, at: deps.clock.now(), by: actorOf(caller) };
      const { dryRun = false, whole = false, evenMany = false } = request.query;
      const options = { dryRun, whole, evenMany };
      const write = { ...context, random: deps.random, source: 'csv' } as const;
      return answerOf(requireDone(await runImport(deps, name, request.body, write, options)));
    });
  }
};
