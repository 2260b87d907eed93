import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { mismatchesCsv } from '../../devices/mismatch-routes.ts';
import { MISMATCH_KINDS, MISMATCH_WORDS, readMismatches } from '../../devices/mismatches.ts';
import { type PageDeps, showPage } from '../console.ts';

/** Of each kind; the file has them all. */
const MOST_LISTED = 100;
const Nothing = Type.Object({}, { additionalProperties: false });

/** `GET /devices/mismatches`, and the same for a spreadsheet. */
export const mismatchesPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const options = { schema: { hide: true, querystring: Nothing }, config: { access: 'devices:read' } } as const;
  app.get('/devices/mismatches', options, async (request, reply) => {
    const all = await readMismatches(deps.db, callerOf(request).organisation, deps.clock.now());
    const kinds = MISMATCH_KINDS.map((kind) => {
      const list = all.filter((one) => one.kind === kind);
      return { kind, words: MISMATCH_WORDS[kind], total: list.length, list: list.slice(0, MOST_LISTED) };
    });
    const model = { total: all.length, kinds: kinds.filter(({ total }) => total > 0) };
    return showPage(deps, { request, reply }, 'mismatches', model, { section: 'devices' });
  });

  app.get('/devices/mismatches.csv', options, async (request, reply) => {
    const all = await readMismatches(deps.db, callerOf(request).organisation, deps.clock.now());
    return reply
      .type('text/csv; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="mismatches.csv"')
      .send(mismatchesCsv(all));
  });
};
