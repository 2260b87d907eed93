import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, PRINTER_CLASSES } from '@beadle/shared';
import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { actorOf, callerOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { PrinterTable } from '../db/schema-people.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { changeRow, rowOfBody } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { printers } from './printers.ts';
import { findPrinter, listPrinters, printerById, unclassifiedPrinters } from './read.ts';

const closed = { additionalProperties: false } as const;
const Class = Type.Enum([...PRINTER_CLASSES], { description: `one of ${PRINTER_CLASSES.join(', ')}` });
const Note = Type.Union([Type.String({ maxLength: 500 }), Type.Null()]);

const PrinterAnswer = Type.Object({
  id: Type.String(),
  pattern: Type.String(),
  class: Type.String(),
  note: Note,
  classifiedBy: Type.String(),
  classifiedAt: Type.String(),
});
const Body = Type.Object(
  {
    pattern: Type.String({
      minLength: 1,
      maxLength: 300,
      description: String.raw`a pattern over the port, the device URI or \\server\queue`,
    }),
    class: Class,
    note: Type.Optional(Note),
  },
  closed,
);
const Unclassified = Type.Object({ target: Type.String(), devices: Type.Integer({ minimum: 1 }) });

const present = (printer: Selectable<PrinterTable>): Static<typeof PrinterAnswer> => ({
  id: printer.id,
  pattern: printer.pattern,
  class: printer.class,
  note: printer.note,
  classifiedBy: printer.classified_by,
  classifiedAt: iso(printer.classified_at),
});

const path = '/api/v1/registers/printers';
const tags = ['registers'];
type App = Parameters<FastifyPluginAsyncTypebox<RegisterRoutesDeps>>[0];

function reading(app: App, { db }: RegisterRoutesDeps): void {
  const config = { access: 'registers:read' } as const;
  const Query = Type.Object({ ...PageQuery, class: Type.Optional(Class) }, closed);
  app.get(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'List the classified printers by pattern',
        querystring: Query,
        response: { 200: pageOf(PrinterAnswer) },
      },
    },
    async (request) => {
      const limit = limitOf(request.query);
      const [after] = readCursor(request.query.cursor, ['string']) ?? [];
      const rows = await listPrinters(db, callerOf(request).organisation, request.query, { limit, after });
      return toPage(rows, limit, (row) => [row.pattern_key], present);
    },
  );
  app.get(
    `${path}/unclassified`,
    {
      config,
      schema: {
        tags,
        summary: 'Printers that devices have and nobody has classified',
        response: { 200: Type.Object({ items: Type.Array(Unclassified), nextCursor: Type.Null() }) },
      },
    },
    async (request) => ({
      items: [...(await unclassifiedPrinters(db, callerOf(request).organisation))],
      nextCursor: null,
    }),
  );
}

const WRITE = { access: 'registers:write' } as const;

function classifying(app: App, deps: RegisterRoutesDeps): void {
  app.post(
    path,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Classify a printer, or classify it anew',
        body: Body,
        response: { 200: PrinterAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const row = rowOfBody(printers, request.body);
      await changeRow(deps, caller, { register: printers, row, make: true, noun: 'printer' });
      const printer = await findPrinter(deps.db, caller.organisation, printers.keyOf(row));
      if (printer === undefined) throw problem('not-found', 'There is no such printer.');
      return present(printer);
    },
  );
}

function takingBack(app: App, deps: RegisterRoutesDeps): void {
  const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);
  app.delete(
    `${path}/:id`,
    { config: WRITE, schema: { tags, summary: 'Take a classification back', params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const context = { organisation, at: deps.clock.now(), by: actorOf(caller) };
      await inTransaction(deps.db, async (tx) => {
        const printer = await printerById(tx, organisation, request.params.id);
        if (printer === undefined) throw problem('not-found', 'There is no such printer.');
        const plan = { added: [], changed: [], left: 0, gone: [printer.pattern_key] };
        await printers.write(tx, plan, { ...context, random: deps.random, source: 'csv' });
        const act = { organisation, at: context.at, actor: context.by, action: 'printer-unclassified' };
        await recordAct(tx, { ...act, target: `printer:${printer.pattern_key}`, detail: { class: printer.class } });
      });
      return reply.status(204).send(null);
    },
  );
}

/** Each printer is classified once for the whole fleet. */
export const printerRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  classifying(app, deps);
  takingBack(app, deps);
};
