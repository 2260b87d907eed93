import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Caller, callerOf } from '../../../access.ts';
import { readDevice } from '../../../devices/read.ts';
import { problem } from '../../../errors.ts';
import { beginPause, endPause } from '../../../ordering/pauses/act.ts';
import { presentPause } from '../../../ordering/pauses/present.ts';
import { MOST_NAME, type PauseAnswer, PauseId } from '../../../ordering/pauses/schema.ts';
import { listPauses, readPause } from '../../../ordering/pauses/store.ts';
import { countPaused } from '../../../orders/pauses/count.ts';
import type { PauseScope } from '../../../orders/pauses/pauses.ts';
import { callerMay } from '../../../people/permissions.ts';
import { showPage } from '../../console.ts';
import { type FormField, formSchema, type Values } from '../../forms/fields.ts';
import { count as inNumbers, moment } from '../../words.ts';
import { reasonField } from '../orders/device-act.ts';
import type { Exchange } from '../../entry-form.ts';
import { type ActForm, beginAct, takeAct } from '../orders/act-form.ts';
import { formOf, HERE, type PauseForm, type PausePageDeps } from './form.ts';

const MOST_LISTED = 200;
const closed = { additionalProperties: false } as const;

const REASON = reasonField('For the record. Workers do not read this.');
const FIELDS: readonly FormField[] = [
  {
    name: 'scope',
    kind: 'choice',
    label: 'What should be paused',
    missing: 'Choose what should be paused',
    options: [
      { value: 'device', text: 'One device' },
      { value: 'group', text: 'The devices of a group', hint: 'Of the devices themselves, or of those who hold them.' },
      { value: 'all', text: 'All devices' },
    ],
  },
  {
    name: 'name',
    kind: 'line',
    label: 'Asset tag, or name of the group',
    hint: 'Leave it empty for all devices.',
    most: MOST_NAME,
  },
  {
    name: 'until',
    kind: 'day',
    label: 'Last day',
    hint: 'It ends by itself then, within 30 days. You can end it sooner.',
    missing: 'Enter the last day',
  },
  REASON,
];

const INTRO = [
  'While a device is paused, Beadle looks at nothing on it, shows no messages and takes up no new restrictions. What restricts it already stays in force, and it goes on calling.',
  'What happens on it meanwhile is not collected afterwards. Each rule that it checks is shown as not known.',
];

const nameIn = (values: Values): string | null => values['name'] ?? null;

function whatWords(scope: string, name: string | null): string {
  if (scope === 'all') return 'all devices';
  return scope === 'group' ? `the group ${name ?? ''}` : (name ?? '');
}

/** How many hear of it now; whoever is enrolled or comes into the group later does too. */
async function countWords({ organisation }: Caller, values: Values, { db }: PausePageDeps): Promise<string> {
  const { scope = '' } = values;
  const name = nameIn(values);
  const device = scope === 'device' && name !== null ? ((await readDevice(db, organisation, name))?.id ?? null) : null;
  const count = await countPaused(db, organisation, { scope, device, group_name: name });
  return count === 0 ? 'None that is enrolled and in service' : inNumbers(count, 'device');
}

const beginning = (caller: Caller, deps: PausePageDeps): PauseForm => ({
  heading: 'Pause devices',
  here: `${HERE}/new`,
  button: 'Continue',
  intro: INTRO,
  fields: FIELDS,
  confirm: async (values) => ({
    heading: `Are you sure you want to pause ${whatWords(values['scope'] ?? '', nameIn(values))}?`,
    warnings: ['Until then nothing that breaks the policy is noticed there. A laptop that is lost cannot be locked.'],
    summary: [
      { label: 'What is paused', text: whatWords(values['scope'] ?? '', nameIn(values)) },
      { label: 'Devices now', text: await countWords(caller, values, deps) },
      { label: 'Until', text: moment(values['until'] ?? '') },
      { label: 'Why', text: values['reason'] ?? '' },
    ],
    button: 'Pause',
  }),
  run: (values) => {
    const { scope = '', until = '', reason = '' } = values;
    return beginPause(caller, { scope: scope as PauseScope, name: nameIn(values), until, reason }, deps);
  },
  done: 'begun',
});

const ending = (caller: Caller, pause: PauseAnswer, deps: PausePageDeps): PauseForm => ({
  heading: 'End this pause',
  here: `${HERE}/${pause.id}/end`,
  button: 'Continue',
  intro: [`Of ${whatWords(pause.scope, pause.name)}, since ${moment(pause.since)}, until ${moment(pause.until)}.`],
  fields: [REASON],
  confirm: ({ reason = '' }) => ({
    heading: `Are you sure you want to end the pause of ${whatWords(pause.scope, pause.name)}?`,
    warnings: [
      'Each device looks at everything again as soon as it hears of this, and takes up what was ordered of it.',
    ],
    summary: [{ label: 'Why', text: reason }],
    button: 'End the pause',
  }),
  run: ({ reason = '' }) => endPause(caller, pause.id, reason, deps),
  done: 'ended',
});

const DONE: Readonly<Record<string, string>> = {
  begun: 'The pause has begun. Devices are paused as soon as they hear of it.',
  ended: 'The pause has ended. Devices go on as soon as they hear of it.',
};

type App = Parameters<FastifyPluginAsyncTypebox<PausePageDeps>>[0];
const config = { access: 'pauses:write' } as const;

function beginPages(app: App, deps: PausePageDeps): void {
  const querystring = Type.Object({ device: Type.Optional(Type.String({ maxLength: MOST_NAME })) }, closed);
  app.get(`${HERE}/new`, { schema: { hide: true, querystring }, config }, (request, reply) => {
    const { device } = request.query;
    const given = device === undefined ? {} : { scope: 'device', name: device };
    const exchange = { request, reply };
    return beginAct(deps, exchange, formOf(beginning(callerOf(request), deps), exchange), given);
  });
  app.post(`${HERE}/new`, { schema: { hide: true, body: formSchema(FIELDS) }, config }, (request, reply) => {
    const exchange = { request, reply };
    return takeAct(deps, exchange, formOf(beginning(callerOf(request), deps), exchange));
  });
}

function endPages(app: App, deps: PausePageDeps): void {
  const params = Type.Object({ id: PauseId }, closed);
  const find = async (exchange: Exchange, id: string): Promise<ActForm> => {
    const caller = callerOf(exchange.request);
    const row = await readPause(deps.db, caller.organisation, id);
    if (row === undefined) throw problem('pause-unknown', 'There is no such pause.');
    return formOf(ending(caller, presentPause(row, deps.clock.now()), deps), exchange);
  };
  app.get(`${HERE}/:id/end`, { schema: { hide: true, params }, config }, async (request, reply) => {
    const exchange = { request, reply };
    return beginAct(deps, exchange, await find(exchange, request.params.id), {});
  });
  const schema = { hide: true, params, body: formSchema([REASON]) };
  app.post(`${HERE}/:id/end`, { schema, config }, async (request, reply) => {
    const exchange = { request, reply };
    return takeAct(deps, exchange, await find(exchange, request.params.id));
  });
}

/** `/pauses`: what ICT has paused, the switch itself, and its end. */
export const pausePages: FastifyPluginAsyncTypebox<PausePageDeps> = async (app, deps) => {
  const querystring = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, closed);
  const access = { access: 'orders:read' } as const;
  app.get(HERE, { schema: { hide: true, querystring }, config: access }, async (request, reply) => {
    const caller = callerOf(request);
    const now = deps.clock.now();
    const rows = await listPauses(deps.db, caller.organisation, { limit: MOST_LISTED });
    const pauses = rows.slice(0, MOST_LISTED).map((row) => presentPause(row, now));
    const { done } = request.query;
    const model = {
      pauses: pauses.map((one) => ({ ...one, what: whatWords(one.scope, one.name) })),
      isWhole: rows.length <= MOST_LISTED,
      mayPause: callerMay(caller, 'pauses:write'),
      done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    };
    return showPage(deps, { request, reply }, 'pauses', model, { section: 'devices' });
  });
  beginPages(app, deps);
  endPages(app, deps);
};
