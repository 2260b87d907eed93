import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { iso, PRINTER_CLASSES } from '@beadle/shared';
import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { callerOf } from '../access.ts';
import type { PrinterTable } from '../db/schema-people.ts';
import { entryVersion, VersionQuery, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { limitOf, PageQuery, pageOf, readCursor, toPage } from '../pagination.ts';
import { changeRow, rowOfBody, takeOut } from './change.ts';
import type { RegisterRoutesDeps } from './import-routes.ts';
import { printerRow, printers } from './printers.ts';
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
  version: Type.String({ description: 'of this entry; send it along with a change' }),
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
const Change = Type.Object({ class: Type.Optional(Class), note: Type.Optional(Note), ...WithVersion }, closed);
const Unclassified = Type.Object({ target: Type.String(), devices: Type.Integer({ minimum: 1 }) });

const presentPrinter = (printer: Selectable<PrinterTable>): Static<typeof PrinterAnswer> => ({
  id: printer.id,
  pattern: printer.pattern,
  class: printer.class,
  note: printer.note,
  classifiedBy: printer.classified_by,
  classifiedAt: iso(printer.classified_at),
  version: entryVersion(printerRow(printer)),
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
      return toPage(rows, limit, (row) => [row.pattern_key], presentPrinter);
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
      items: [...(await unclassifiedPrinters(db, callerOf(request)))],
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
      await changeRow(deps, caller, { register: printers, row, mode: 'either', noun: 'printer' });
      const printer = await findPrinter(deps.db, caller.organisation, printers.keyOf(row));
      if (printer === undefined) throw problem('not-found', 'There is no such printer.');
      return presentPrinter(printer);
    },
  );
}

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);

async function found({ db }: RegisterRoutesDeps, organisation: string, id: string) {
  const printer = await printerById(db, organisation, id);
  if (printer === undefined) throw problem('not-found', 'There is no such printer.');
  return printer;
}

function one(app: App, deps: RegisterRoutesDeps): void {
  app.get(
    `${path}/:id`,
    {
      config: { access: 'registers:read' },
      schema: { tags, summary: 'Read one classified printer', params, response: { 200: PrinterAnswer } },
    },
    async (request) => presentPrinter(await found(deps, callerOf(request).organisation, request.params.id)),
  );
  app.patch(
    `${path}/:id`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Change what a printer is classified as, or its note',
        params,
        body: Change,
        response: { 200: PrinterAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { version, ...given } = request.body;
      const { pattern } = await found(deps, caller.organisation, request.params.id);
      const row = rowOfBody(printers, { pattern, ...given });
      if (!(await changeRow(deps, caller, { register: printers, row, mode: 'change', version, noun: 'printer' })))
        throw problem('not-found', 'There is no such printer.');
      return presentPrinter(await found(deps, caller.organisation, request.params.id));
    },
  );
}

function takingBack(app: App, deps: RegisterRoutesDeps): void {
  app.delete(
    `${path}/:id`,
    {
      config: WRITE,
      schema: {
        tags,
        summary: 'Take a classification back',
        params,
        querystring: VersionQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { pattern_key: key } = await found(deps, caller.organisation, request.params.id);
      const { version } = request.query;
      const out = { register: printers, key, version, action: 'printer-unclassified', noun: 'printer' };
      if (!(await takeOut(deps, caller, out))) throw problem('not-found', 'There is no such printer.');
      return reply.status(204).send(null);
    },
  );
}

/** Each printer is classified once for the whole fleet. */
export const printerRoutes: FastifyPluginAsyncTypebox<RegisterRoutesDeps> = async (app, deps) => {
  reading(app, deps);
  classifying(app, deps);
  one(app, deps);
  takingBack(app, deps);
};
