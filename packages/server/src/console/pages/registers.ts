import { PRINTER_CLASSES } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { Problem } from '../../errors.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { may } from '../../people/permissions.ts';
import { changeRow, rowOfBody } from '../../registers/change.ts';
import { findPrinter, listPrinters, listSticks, unclassifiedPrinters } from '../../registers/read.ts';
import { printers } from '../../registers/printers.ts';
import { linkTo, showPage } from '../console.ts';
import { PRINTER_WORDS } from '../words.ts';
import type { ImportPageDeps } from './import.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const closed = { additionalProperties: false } as const;
const ON_A_PAGE = 50;
const mayWrite = (request: FastifyRequest): boolean => may(callerOf(request).role, 'registers:write');

const sticksPage: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  const Query = Type.Object({ q: Field(120), cursor: Field(1000) }, closed);
  app.get(
    '/registers/sticks',
    { schema: { hide: true, querystring: Query }, config: { access: 'registers:read' } },
    async (request, reply) => {
      const { organisation } = callerOf(request);
      const q = request.query.q?.trim() || undefined;
      const [after] = readCursor(request.query.cursor || undefined, ['string']) ?? [];
      const rows = await listSticks(deps.db, organisation, { q }, { limit: ON_A_PAGE, after });
      const { items, nextCursor } = toPage(
        rows,
        ON_A_PAGE,
        (row) => [row.serial_key],
        (row) => row,
      );
      const next = nextCursor && linkTo('/registers/sticks', { q, cursor: nextCursor });
      const model = { sticks: items, next, q, mayWrite: mayWrite(request) };
      return showPage(deps, { request, reply }, 'sticks', model, { section: 'registers' });
    },
  );
};

const printersPage: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  const Query = Type.Object({ done: Field(300), cursor: Field(1000) }, closed);
  app.get(
    '/registers/printers',
    { schema: { hide: true, querystring: Query }, config: { access: 'registers:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organisation } = caller;
      const [after] = readCursor(request.query.cursor || undefined, ['string']) ?? [];
      const rows = await listPrinters(deps.db, organisation, {}, { limit: ON_A_PAGE, after });
      const { items, nextCursor } = toPage(
        rows,
        ON_A_PAGE,
        (row) => [row.pattern_key],
        (row) => row,
      );
      const next = nextCursor && linkTo('/registers/printers', { cursor: nextCursor });
      const unclassified = await unclassifiedPrinters(deps.db, caller);
      const model = { printers: items, next, unclassified, done: request.query.done, mayWrite: mayWrite(request) };
      return showPage(deps, { request, reply }, 'printers', model, { section: 'registers' });
    },
  );
};

/** The words that the form names each field by, for its errors. */
const ERRORS: Readonly<Record<string, string>> = {
  'body.pattern': 'Enter the printer, in one line of at most 300 characters',
  'body.class': 'Choose what kind of printer it is',
  'body.note': 'The note must be one line of at most 500 characters',
};

function errorsOf(error: unknown) {
  if (!(error instanceof Problem) || error.fields.length === 0) throw error;
  const found = error.fields.map(({ field, expected }) => ({
    text: ERRORS[field] ?? `Expected ${expected}`,
    name: field.replace('body.', ''),
  }));
  return {
    list: found.map(({ text, name }) => ({ text, href: `#${name}` })),
    by: Object.fromEntries(found.map(({ text, name }) => [name, text])),
  };
}

const classifyPage: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  const config = { access: 'registers:write' } as const;
  const section = { section: 'registers' } as const;
  const Query = Type.Object({ printer: Field(500) }, closed);
  app.get(
    '/registers/printers/classify',
    { schema: { hide: true, querystring: Query }, config },
    async (request, reply) => {
      const pattern = request.query.printer ?? '';
      const known = await findPrinter(deps.db, callerOf(request).organisation, pattern.toLowerCase());
      const values = { pattern, class: known?.class, note: known?.note };
      return showPage(
        deps,
        { request, reply },
        'classify',
        { values, classes: PRINTER_CLASSES, kinds: PRINTER_WORDS },
        section,
      );
    },
  );
  const Body = Type.Object({ pattern: Field(1000), class: Field(40), note: Field(2000) }, closed);
  app.post('/registers/printers/classify', { schema: { hide: true, body: Body }, config }, async (request, reply) => {
    const { pattern = '', class: kind = '', note = '' } = request.body;
    try {
      const row = rowOfBody(printers, { pattern, class: kind, note });
      await changeRow(deps, callerOf(request), { register: printers, row, mode: 'either', noun: 'printer' });
    } catch (error) {
      const model = {
        values: { pattern, class: kind, note },
        errors: errorsOf(error),
        classes: PRINTER_CLASSES,
        kinds: PRINTER_WORDS,
      };
      return showPage(deps, { request, reply }, 'classify', model, { ...section, status: 400 });
    }
    return reply.redirect(linkTo('/registers/printers', { done: pattern.trim().slice(0, 300) }), 303);
  });
};

/** The registers of sticks and printers; classifying a printer once for the whole fleet. */
export const registerPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  app.get('/registers', { schema: { hide: true }, config: { access: 'registers:read' } }, (_request, reply) =>
    reply.redirect('/registers/sticks', 303),
  );
  await app.register(sticksPage, deps);
  await app.register(printersPage, deps);
  await app.register(classifyPage, deps);
};
