import { PRINTER_CLASSES, type PrinterClass } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { readByHand } from '../../db/hand-changes.ts';
import { entryVersion } from '../../entry-version.ts';
import { problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { changeRow, rowOfBody, takeOut } from '../../registers/change.ts';
import { printerRow, printers } from '../../registers/printers.ts';
import { type Printer, printerById } from '../../registers/read.ts';
import { ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { linkTo, showPage } from '../console.ts';
import { type EntryField, type EntryPage, type Exchange, formOf, showForm, takeForm, valuesOf } from '../entry-form.ts';
import { PRINTER_WORDS } from '../words.ts';
import type { ImportPageDeps } from './import.ts';

const LIST = '/registers/printers';
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) });
const WRITE = { access: 'registers:write' } as const;
const pathOf = ({ id }: Printer) => `${LIST}/${encodeURIComponent(id)}`;
const crumb = { text: 'Printers', href: LIST };
const versionOf = (printer: Printer): string => entryVersion(printerRow(printer));
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

const FIELDS: readonly EntryField[] = [
  {
    kind: 'radios',
    name: 'class',
    label: 'What kind of printer is it?',
    items: PRINTER_CLASSES.map((value) => ({ value, ...PRINTER_WORDS[value] })),
    wrong: 'Choose what kind of printer it is',
  },
  {
    kind: 'text',
    name: 'note',
    label: 'Note (optional)',
    hint: 'Where it stands or whose it is. Not who prints on it.',
    wrong: 'The note must be one line of at most 500 characters',
  },
];

const changePage = (printer: Printer): EntryPage => ({
  heading: `Change printer ${printer.pattern}`,
  section: 'registers',
  crumbs: [crumb, { text: printer.pattern, href: pathOf(printer) }, { text: 'Change' }],
  fields: FIELDS,
  check: (body) => rowOfBody(printers, body),
  action: `${pathOf(printer)}/change`,
  button: 'Save changes',
  intro: 'What it is matched by stays as it is: to change that, withdraw this entry and classify the printer anew.',
  back: pathOf(printer),
});

async function requirePrinter({ db }: ImportPageDeps, { request }: Exchange, id: string): Promise<Printer> {
  const printer = await printerById(db, callerOf(request).organisation, id);
  if (printer === undefined) throw problem('not-found', 'There is no such printer in the register.');
  return printer;
}

const schema = { hide: true, params: Params } as const;

function showing(app: App, deps: ImportPageDeps): void {
  const querystring = Type.Object(
    { done: Type.Optional(Type.String({ maxLength: 20 })) },
    { additionalProperties: false },
  );
  const config = { access: 'registers:read' } as const;
  app.get(`${LIST}/:id`, { schema: { ...schema, querystring }, config }, async (request, reply) => {
    const { organisation, role } = callerOf(request);
    const printer = await requirePrinter(deps, { request, reply }, request.params.id);
    const model = {
      printer,
      kind: PRINTER_WORDS[printer.class as PrinterClass].text,
      byHand: await readByHand(deps.db, { organisation, register: 'printers' }, printer.pattern_key),
      mayWrite: may(role, 'registers:write'),
      done:
        request.query.done === 'changed'
          ? 'Your changes have been saved under your name. Devices are told when they next check in.'
          : undefined,
    };
    return showPage(deps, { request, reply }, 'printer', model, { section: 'registers' });
  });
}

function changing(app: App, deps: ImportPageDeps): void {
  app.get(`${LIST}/:id/change`, { schema, config: WRITE }, async (request, reply) => {
    const exchange = { request, reply };
    const printer = await requirePrinter(deps, exchange, request.params.id);
    const form = valuesOf(FIELDS, { class: printer.class, note: printer.note });
    return showForm(deps, exchange, changePage(printer), { form, version: versionOf(printer) });
  });
  const posted = { schema: { ...schema, body: formOf(FIELDS) }, config: WRITE };
  app.post(`${LIST}/:id/change`, posted, async (request, reply) => {
    const exchange = { request, reply };
    const find = () => requirePrinter(deps, exchange, request.params.id);
    const printer = await find();
    return takeForm(deps, exchange, changePage(printer), {
      async save(body, version) {
        const row = rowOfBody(printers, { ...body, pattern: printer.pattern });
        await changeRow(deps, callerOf(request), { register: printers, row, mode: 'change', version, noun: 'printer' });
        return linkTo(pathOf(printer), { done: 'changed' });
      },
      versionNow: async () => versionOf(await find()),
    });
  });
}

function withdrawing(app: App, deps: ImportPageDeps): void {
  const confirmation = (printer: Printer) => ({
    heading: `Are you sure that you want to withdraw printer ${printer.pattern}?`,
    section: 'registers' as const,
    crumbs: [crumb, { text: printer.pattern, href: pathOf(printer) }, { text: 'Withdraw' }],
    lines: [
      'It is no longer classified: what the policy says of it holds again, from when a device next checks in. The audit log keeps what it was.',
    ],
    action: `${pathOf(printer)}/withdraw`,
    button: 'Withdraw the printer',
    back: pathOf(printer),
    version: versionOf(printer),
  });
  app.get(`${LIST}/:id/withdraw`, { schema, config: WRITE }, async (request, reply) => {
    const exchange = { request, reply };
    return showConfirmation(deps, exchange, confirmation(await requirePrinter(deps, exchange, request.params.id)));
  });
  const posted = { schema: { ...schema, body: ConfirmForm }, config: WRITE };
  app.post(`${LIST}/:id/withdraw`, posted, async (request, reply) => {
    const exchange = { request, reply };
    const printer = await requirePrinter(deps, exchange, request.params.id);
    const out = { register: printers, key: printer.pattern_key, version: request.body.version };
    try {
      await takeOut(deps, callerOf(request), { ...out, action: 'printer-unclassified', noun: 'printer' });
    } catch (error) {
      return showConfirmation(deps, exchange, { ...confirmation(printer), error: refusalOf(error) });
    }
    return reply.redirect(linkTo(LIST, { done: printer.pattern }), 303);
  });
}

/** One classified printer: changing and withdrawing it. */
export const printerPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  showing(app, deps);
  changing(app, deps);
  withdrawing(app, deps);
};
