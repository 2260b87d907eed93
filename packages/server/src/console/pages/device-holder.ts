import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { changeByPerson, type ChangeDeps } from '../../devices/change.ts';
import { type DeviceRow, readDevice } from '../../devices/read.ts';
import { AssetTag } from '../../devices/read-routes.ts';
import { deviceVersion } from '../../devices/register.ts';
import { problem } from '../../errors.ts';
import { personOfHolder } from '../../people/holder.ts';
import { linkTo, type PageDeps } from '../console.ts';
import {
  type Answers,
  type EntryField,
  type EntryPage,
  type Exchange,
  formOf,
  showForm,
  takeForm,
  valuesOf,
} from '../entry-form.ts';

type Deps = PageDeps & Pick<ChangeDeps, 'judge'>;

const HOLDER: EntryField = {
  kind: 'text',
  name: 'holder',
  label: 'Held by',
  hint: 'An account, an email address or a name. Leave this empty where nobody holds it.',
  wrong: 'Enter an account, an email address or a name that one person in the list has, in one line',
};
const EVEN_SO: EntryField = {
  kind: 'tick',
  name: 'evenSo',
  label: 'Register this holder though nobody in the list of people is called so',
  wrong: 'Nobody in the list of people is called so: check the holder, or tick that you want to register it',
};

const pathOf = (assetTag: string) => `/devices/${encodeURIComponent(assetTag)}`;

const pageOf = ({ asset_tag: tag, kind }: DeviceRow, asks: boolean): EntryPage => ({
  heading: `Who holds ${kind} ${tag}?`,
  section: 'devices',
  crumbs: [{ text: 'Devices', href: '/devices' }, { text: tag, href: pathOf(tag) }, { text: 'Holder' }],
  fields: asks ? [HOLDER, EVEN_SO] : [HOLDER],
  action: `${pathOf(tag)}/holder`,
  button: 'Save the holder',
  intro:
    'The policy of the holder’s population and groups holds for the device where it has none of its own. Breaches of it that are for a person to put right name the holder.',
  back: pathOf(tag),
});

const refuse = (field: EntryField) => problem('validation', '', [{ field: `body.${field.name}`, expected: '' }]);

/** What is registered: whom the text names, by account; the text itself where nobody is known by it and that is meant. */
async function holderOf({ db }: Deps, organisation: string, { holder, evenSo }: Answers): Promise<string | null> {
  if (typeof holder !== 'string') return null;
  if (!/^\P{Cc}{1,200}$/u.test(holder)) throw refuse(HOLDER);
  const person = await personOfHolder(db, organisation, holder);
  if (person === 'many') throw refuse(HOLDER);
  if (person !== undefined) return person.account;
  if (evenSo !== true) throw refuse(EVEN_SO);
  return holder;
}

async function requireDevice({ db }: Deps, { request }: Exchange, assetTag: string): Promise<DeviceRow> {
  const device = await readDevice(db, callerOf(request).organisation, assetTag);
  if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
  return device;
}

/** `/devices/{assetTag}/holder`: who holds a device. */
export const deviceHolderPage: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const config = { access: 'holders:write' } as const;
  const schema = { hide: true, params: Type.Object({ assetTag: AssetTag }) } as const;
  app.get('/devices/:assetTag/holder', { schema, config }, async (request, reply) => {
    const exchange = { request, reply };
    const device = await requireDevice(deps, exchange, request.params.assetTag);
    if (device.holder !== null)
      await recordView(deps, callerOf(request), 'device-viewed', `device:${device.asset_tag}`);
    const form = valuesOf([HOLDER], { holder: device.holder });
    return showForm(deps, exchange, pageOf(device, false), { form, version: deviceVersion(device) });
  });
  app.post(
    '/devices/:assetTag/holder',
    { schema: { ...schema, body: formOf([HOLDER, EVEN_SO]) }, config },
    async (request, reply) => {
      const exchange = { request, reply };
      const caller = callerOf(request);
      const find = () => requireDevice(deps, exchange, request.params.assetTag);
      const device = await find();
      return takeForm(deps, exchange, pageOf(device, true), {
        async save(body, version) {
          const holder = await holderOf(deps, caller.organisation, body);
          await changeByPerson(
            caller,
            device.asset_tag,
            { holder, ...(version === undefined ? {} : { version }) },
            deps,
          );
          return linkTo(pathOf(device.asset_tag), { done: 'holder' });
        },
        versionNow: async () => deviceVersion(await find()),
      });
    },
  );
};
