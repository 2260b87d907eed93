import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { csv } from './csv.ts';
import { type Mismatch, MISMATCH_KINDS, MISMATCH_WORDS, readMismatches } from './mismatches.ts';
import { nullable } from '../shapes.ts';

const MismatchAnswer = Type.Object({
  kind: Type.Enum([...MISMATCH_KINDS]),
  assetTag: Type.String(),
  registered: nullable(Type.String({ description: 'what the register says' })),
  found: nullable(
    Type.String({ description: 'what the device says; for a shared serial number, the other asset tags' }),
  ),
});

const Filters = Type.Object(
  {
    ...PageQuery,
    kind: Type.Optional(Type.Enum([...MISMATCH_KINDS], { description: `one of ${MISMATCH_KINDS.join(', ')}` })),
  },
  { additionalProperties: false },
);

const placeOf = ({ kind, assetTag }: Mismatch) => [MISMATCH_KINDS.indexOf(kind), assetTag] as const;

const isBehind = (mismatch: Mismatch, [kind, tag]: readonly [number, string]): boolean => {
  const [ownKind, ownTag] = placeOf(mismatch);
  return ownKind > kind || (ownKind === kind && ownTag > tag);
};

/** The whole report for a spreadsheet. */
export const mismatchesCsv = (mismatches: readonly Mismatch[]): string =>
  csv([
    ['kind', 'what', 'asset tag', 'register', 'found'],
    ...mismatches.map(({ kind, assetTag, registered, found }) => [
      kind,
      MISMATCH_WORDS[kind],
      assetTag,
      registered,
      found,
    ]),
  ]);

/** `GET /api/v1/devices/mismatches` and the same as a file. */
export const mismatchRoutes =
  ({ db, clock }: { readonly db: Db; readonly clock: Clock }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const config = { access: 'devices:read' } as const;
    app.get(
      '/api/v1/devices/mismatches',
      {
        config,
        schema: {
          tags: ['devices'],
          summary: 'List where the register and the devices contradict each other',
          querystring: Filters,
          response: { 200: pageOf(MismatchAnswer) },
        },
      },
      async (request) => {
        const { cursor, kind } = request.query;
        const limit = limitOf(request.query);
        const after = readCursor(cursor, ['number', 'string']);
        const all = await readMismatches(db, callerOf(request).organisation, clock.now());
        const asked = all.filter((one) => kind === undefined || one.kind === kind);
        const rest = after === undefined ? asked : asked.filter((one) => isBehind(one, after));
        return toPage(rest.slice(0, limit + 1), limit, placeOf, (one) => one);
      },
    );

    app.get(
      '/api/v1/devices/mismatches.csv',
      { config, schema: { tags: ['devices'], summary: 'The same as a CSV file' } },
      async (request, reply) => {
        const all = await readMismatches(db, callerOf(request).organisation, clock.now());
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="mismatches.csv"')
          .send(mismatchesCsv(all));
      },
    );
  };
