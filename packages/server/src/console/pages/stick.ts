import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { typedKey } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { readByHand } from '../../db/hand-changes.ts';
import { entryVersion } from '../../entry-version.ts';
import { problem } from '../../errors.ts';
import { personOfHolder } from '../../people/holder.ts';
import { may } from '../../people/permissions.ts';
import { changeRow, rowOfBody, takeOut } from '../../registers/change.ts';
import { findStick, type Stick } from '../../registers/read.ts';
import { stickRow, sticks } from '../../registers/sticks.ts';
import { ConfirmForm, refusalOf, showConfirmation } from '../confirmation.ts';
import { linkTo, showPage } from '../console.ts';
import { type EntryPage, type Exchange, formOf, showForm, takeForm, valuesOf } from '../entry-form.ts';
import type { ImportPageDeps } from './import.ts';
import { ALL, FIELDS, SERIAL } from './stick-fields.ts';

const LIST = '/registers/sticks';
const Params = Type.Object({ serial: Type.String({ minLength: 1, maxLength: 120 }) });
const WRITE = { access: 'registers:write' } as const;
const pathOf = (serial: string) => `${LIST}/${encodeURIComponent(serial)}`;
const crumb = { text: 'Sticks', href: LIST };
type App = Parameters<FastifyPluginAsyncTypebox<ImportPageDeps>>[0];

const addPage: EntryPage = {
  heading: 'Register a memory stick',
  section: 'registers',
  crumbs: [crumb, { text: 'Register a stick' }],
  fields: [SERIAL, ...FIELDS],
  check: (body) => rowOfBody(sticks, body),
  action: '/add/stick',
  button: 'Register the stick',
  back: LIST,
};

const changePage = ({ serial }: Stick): EntryPage => ({
  heading: `Change stick ${serial}`,
  section: 'registers',
  crumbs: [crumb, { text: serial, href: pathOf(serial) }, { text: 'Change' }],
  fields: ALL,
  check: (body) => rowOfBody(sticks, body),
  action: `${pathOf(serial)}/change`,
  button: 'Save changes',
  back: pathOf(serial),
});

async function requireStick({ db }: ImportPageDeps, { request }: Exchange, serial: string): Promise<Stick> {
  const stick = await findStick(db, callerOf(request).organisation, serial);
  if (stick === undefined) throw problem('not-found', 'There is no stick with this serial number.');
  return stick;
}

const versionOf = (stick: Stick): string => entryVersion(stickRow(stick));

const DONE: Readonly<Record<string, string>> = {
  registered: 'The stick has been registered. Devices are told when they next check in.',
  changed: 'Your changes have been saved. Devices are told when they next check in.',
  retired: 'The stick is retired. Devices are told when they next check in.',
};

function showing(app: App, deps: ImportPageDeps): void {
  const querystring = Type.Object(
    { done: Type.Optional(Type.String({ maxLength: 20 })) },
    { additionalProperties: false },
  );
  const config = { access: 'registers:read' } as const;
  app.get(
    `${LIST}/:serial`,
    { schema: { hide: true, params: Params, querystring }, config },
    async (request, reply) => {
      const { organisation, role } = callerOf(request);
      const stick = await requireStick(deps, { request, reply }, request.params.serial);
      const { done } = request.query;
      const person = stick.holder === null ? undefined : await personOfHolder(deps.db, organisation, stick.holder);
      const model = {
        stick,
        person: person !== 'many' && may(role, 'people:read') ? person : undefined,
        byHand: await readByHand(deps.db, { organisation, register: 'sticks' }, stick.serial_key),
        mayWrite: may(role, 'registers:write'),
        done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
      };
      return showPage(deps, { request, reply }, 'stick', model, { section: 'registers' });
    },
  );
}

function registering(app: App, deps: ImportPageDeps): void {
  app.get('/add/stick', { schema: { hide: true }, config: WRITE }, (request, reply) =>
    showForm(deps, { request, reply }, addPage, { form: {} }),
  );
  app.post('/add/stick', { schema: { hide: true, body: formOf(addPage.fields) }, config: WRITE }, (request, reply) =>
    takeForm(deps, { request, reply }, addPage, {
      async save(body) {
        const row = rowOfBody(sticks, body);
        await changeRow(deps, callerOf(request), { register: sticks, row, mode: 'make', noun: 'stick' });
        return linkTo(pathOf(row['serial'] ?? ''), { done: 'registered' });
      },
    }),
  );
}

const schema = { hide: true, params: Params } as const;

function changing(app: App, deps: ImportPageDeps): void {
  app.get(`${LIST}/:serial/change`, { schema, config: WRITE }, async (request, reply) => {
    const exchange = { request, reply };
    const stick = await requireStick(deps, exchange, request.params.serial);
    const { holder, note, encrypts_in_hardware: encrypts, retired } = stick;
    const form = valuesOf(ALL, { holder, note, encryptsInHardware: encrypts === 1, retired: retired === 1 });
    return showForm(deps, exchange, changePage(stick), { form, version: versionOf(stick) });
  });
  const posted = { schema: { ...schema, body: formOf(ALL) }, config: WRITE };
  app.post(`${LIST}/:serial/change`, posted, async (request, reply) => {
    const exchange = { request, reply };
    const find = () => requireStick(deps, exchange, request.params.serial);
    const stick = await find();
    return takeForm(deps, exchange, changePage(stick), {
      async save(body, version) {
        const row = rowOfBody(sticks, { ...body, serial: stick.serial });
        await changeRow(deps, callerOf(request), { register: sticks, row, mode: 'change', version, noun: 'stick' });
        return linkTo(pathOf(stick.serial), { done: 'changed' });
      },
      versionNow: async () => versionOf(await find()),
    });
  });
}

function retiring(app: App, deps: ImportPageDeps): void {
  const confirmation = (stick: Stick) => ({
    heading: `Are you sure that you want to retire stick ${stick.serial}?`,
    section: 'registers' as const,
    crumbs: [crumb, { text: stick.serial, href: pathOf(stick.serial) }, { text: 'Retire' }],
    lines: [
      'It stays on record, and is the council’s no longer: where the policy allows registered sticks only, plugging it in is a breach from when a device next checks in.',
    ],
    action: `${pathOf(stick.serial)}/retire`,
    button: 'Retire the stick',
    back: pathOf(stick.serial),
    version: versionOf(stick),
  });
  app.get(`${LIST}/:serial/retire`, { schema, config: WRITE }, async (request, reply) => {
    const exchange = { request, reply };
    return showConfirmation(deps, exchange, confirmation(await requireStick(deps, exchange, request.params.serial)));
  });
  const posted = { schema: { ...schema, body: ConfirmForm }, config: WRITE };
  app.post(`${LIST}/:serial/retire`, posted, async (request, reply) => {
    const exchange = { request, reply };
    const stick = await requireStick(deps, exchange, request.params.serial);
    const out = { register: sticks, key: typedKey(stick.serial), version: request.body.version };
    try {
      await takeOut(deps, callerOf(request), { ...out, action: 'stick-retired', noun: 'stick' });
    } catch (error) {
      return showConfirmation(deps, exchange, { ...confirmation(stick), error: refusalOf(error) });
    }
    return reply.redirect(linkTo(pathOf(stick.serial), { done: 'retired' }), 303);
  });
}

/** One memory stick: registering, changing and retiring it. */
export const stickPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  showing(app, deps);
  registering(app, deps);
  changing(app, deps);
  retiring(app, deps);
};
