import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { stateOfFleetKey } from '../../../enrolment/fleet-keys.ts';
import { fleetKeyById, listFleetKeys } from '../../../enrolment/store.ts';
import { makeToken, revokeFleetKey, type TokenDeps } from '../../../enrolment/tokens.ts';
import { problem } from '../../../errors.ts';
import { linkTo, type PageDeps, showPage } from '../../console.ts';
import { type FormField, formSchema, type Values } from '../../forms/fields.ts';
import { beginForm, type FormPage, takeForm } from './form-page.ts';

export type FleetKeyPageDeps = PageDeps & TokenDeps;

const HERE = '/fleet-keys';
const NEW = '/add/fleet-key';
const MOST_LISTED = 100;
const MOST_DAYS = 90;
const MOST_USES = 100_000;
const config = { access: 'fleet-keys:write' } as const;

const crumbs = (text: string) => [{ text: 'Devices', href: '/devices' }, { text: 'Fleet keys', href: HERE }, { text }];

const MAKE: FormPage = {
  heading: 'Make a fleet key',
  crumbs: crumbs('Make a fleet key'),
  intro: [
    'One key comes with the installation of the agent on all laptops. A laptop that is registered with its serial number and was never enrolled is enrolled at once; all others wait for ICT.',
    'The key is shown once. It can be revoked at any time.',
  ],
  fields: [
    {
      name: 'name',
      kind: 'line',
      label: 'What it is for',
      hint: 'Such as “Windows image of June”.',
      missing: 'Enter what the key is for',
      most: 80,
    },
    {
      name: 'uses',
      kind: 'number',
      label: 'How many devices it may enrol at once, in all',
      hint: 'As many laptops as the installation goes to. Those that ICT approves are not counted.',
      missing: 'Enter how many devices',
      most: MOST_USES,
    },
    {
      name: 'days',
      kind: 'number',
      label: 'How many days it is valid',
      hint: `${MOST_DAYS} at the most.`,
      missing: 'Enter how many days',
      most: MOST_DAYS,
    },
  ],
  button: 'Make the key',
  here: NEW,
  back: HERE,
};

const REASON: readonly FormField[] = [
  { name: 'reason', kind: 'line', label: 'Why', hint: 'For the record.', missing: 'Enter why', most: 500 },
];

const revokePage = (id: string, name: string | null): FormPage => ({
  heading: 'Revoke this fleet key',
  caption: name ?? id,
  crumbs: crumbs('Revoke'),
  intro: [
    'No laptop is enrolled with it from now on, and all that wait by it or were approved and have not come yet are forgotten. Devices that are enrolled stay enrolled.',
  ],
  fields: REASON,
  button: 'Revoke the key',
  isDangerous: true,
  here: `${HERE}/${encodeURIComponent(id)}/revoke`,
  back: HERE,
});

const countIn = (values: Values, name: string): number => Number(values[name]);

function making(app: Parameters<typeof fleetKeyPages>[0], deps: FleetKeyPageDeps): void {
  app.get(NEW, { schema: { hide: true }, config }, (request, reply) =>
    beginForm(deps, { request, reply }, MAKE, { days: '30' }),
  );
  const schema = { hide: true, body: formSchema(MAKE.fields) };
  app.post(NEW, { schema, config }, (request, reply) =>
    takeForm(deps, { request, reply }, MAKE, async (values) => {
      const [uses, days] = [countIn(values, 'uses'), countIn(values, 'days')];
      if (uses < 1 || days < 1)
        throw problem('validation', 'It must enrol one device and be valid for one day at least.');
      const wanted = { caller: callerOf(request), device: null, name: values['name'] ?? null, uses, days };
      const made = await makeToken(deps, wanted);
      reply.header('cache-control', 'no-store');
      return showPage(deps, { request, reply }, 'fleet-key-made', { ...wanted, ...made }, { section: 'devices' });
    }),
  );
}

function revoking(app: Parameters<typeof fleetKeyPages>[0], deps: FleetKeyPageDeps): void {
  const params = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) });
  const url = `${HERE}/:id/revoke`;
  const find = async (organisation: string, id: string) => {
    const key = await fleetKeyById(deps.db, organisation, id);
    if (key === undefined || key.revoked_at !== null)
      throw problem('token-unknown', 'There is no fleet key with this id that could be revoked.');
    return revokePage(id, key.name);
  };
  app.get(url, { schema: { hide: true, params }, config }, async (request, reply) =>
    beginForm(deps, { request, reply }, await find(callerOf(request).organisation, request.params.id)),
  );
  app.post(url, { schema: { hide: true, params, body: formSchema(REASON) }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const { id } = request.params;
    return takeForm(deps, { request, reply }, await find(caller.organisation, id), async ({ reason = '' }) => {
      await revokeFleetKey(deps, caller, id, reason);
      return reply.redirect(linkTo(HERE, { done: 'revoked' }), 303);
    });
  });
}

/** The keys by which a fleet enrols itself: all of them, making one, and ending one. */
export const fleetKeyPages: FastifyPluginAsyncTypebox<FleetKeyPageDeps> = async (app, deps) => {
  const querystring = Type.Object(
    { done: Type.Optional(Type.String({ maxLength: 20 })) },
    { additionalProperties: false },
  );
  app.get(HERE, { schema: { hide: true, querystring }, config }, async (request, reply) => {
    const rows = await listFleetKeys(deps.db, callerOf(request).organisation, { limit: MOST_LISTED });
    const now = deps.clock.now();
    const keys = rows.map((row) => ({ ...row, state: stateOfFleetKey(row, now) }));
    const model = { keys, revoked: request.query.done === 'revoked' };
    return showPage(deps, { request, reply }, 'fleet-keys', model, { section: 'devices' });
  });
  making(app, deps);
  revoking(app, deps);
};
