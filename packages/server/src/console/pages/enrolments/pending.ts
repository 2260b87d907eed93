import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Random } from '@beadle/shared';
import Type from 'typebox';
import { callerOf } from '../../../access.ts';
import { WAITS_FOR_MS } from '../../../enrolment/decide.ts';
import { WAITING_FOR, type WaitingFor } from '../../../enrolment/match.ts';
import { type ApprovedAs, approvePending, refusePending } from '../../../enrolment/pending.ts';
import { type ListedPending, listPending, readWaiting } from '../../../enrolment/pending-store.ts';
import { problem } from '../../../errors.ts';
import { callerMay } from '../../../people/permissions.ts';
import { linkTo, type PageDeps, showPage } from '../../console.ts';
import { type FieldError, type FormField, formSchema, type Values } from '../../forms/fields.ts';
import { moment, systemWords } from '../../words.ts';
import { beginForm, type FormPage, takeForm } from './form-page.ts';

export interface PendingPageDeps extends PageDeps {
  readonly random: Random;
}

const MOST_LISTED = 500;
const HERE = '/enrolments';

const shown = (row: ListedPending) => ({
  id: row.id,
  name: row.name,
  serialNumber: row.serial_number,
  system: systemWords(`${row.platform} ${row.release}`),
  why: WAITING_FOR[row.why as WaitingFor],
  seems: row.seems_tag,
  approvedAs: row.approved_tag,
  firstAt: row.first_at,
  lastAt: row.last_at,
  endsAt: row.first_at + WAITS_FOR_MS,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  reason: row.reason,
});

const DONE: Readonly<Record<string, string>> = {
  approved: 'The laptop has been approved. It is enrolled when it next asks, within the hour.',
  refused: 'The laptop has been refused. It is told why when it next asks.',
};

const listPage: FastifyPluginAsyncTypebox<PendingPageDeps> = async (app, deps) => {
  const querystring = Type.Object(
    { done: Type.Optional(Type.String({ maxLength: 20 })) },
    { additionalProperties: false },
  );
  const options = { schema: { hide: true, querystring }, config: { access: 'devices:read' } } as const;
  app.get(HERE, options, async (request, reply) => {
    const caller = callerOf(request);
    const rows = await listPending(deps.db, caller.organisation, { now: deps.clock.now(), limit: MOST_LISTED });
    const of = (status: string) => rows.filter((row) => row.status === status).map(shown);
    const { done } = request.query;
    const model = {
      waiting: of('waiting'),
      approved: of('approved'),
      refused: of('refused'),
      mayDecide: callerMay(caller, 'devices:write'),
      mayMakeKeys: callerMay(caller, 'fleet-keys:write'),
      done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    };
    return showPage(deps, { request, reply }, 'enrolments', model, { section: 'devices' });
  });
};

const FIELDS: readonly FormField[] = [
  {
    name: 'decision',
    kind: 'choice',
    label: 'What is this laptop?',
    missing: 'Select what this laptop is',
    options: [
      {
        value: 'registered',
        text: 'A device of the register',
        hint: 'It is enrolled as this device. What the device was enrolled with before is worth nothing from then on.',
      },
      {
        value: 'new',
        text: 'A new device of the council',
        hint: 'It is registered as a laptop with the serial number that it tells. Say who holds it on its page.',
      },
      {
        value: 'refused',
        text: 'Not ours, or not to be enrolled',
        fields: [
          {
            name: 'reason',
            kind: 'line',
            label: 'Why',
            hint: 'It is told on the laptop.',
            missing: 'Enter why',
            most: 500,
          },
        ],
      },
    ],
  },
  {
    name: 'assetTag',
    kind: 'line',
    label: 'Asset tag',
    hint: 'Of the device of the register, or of the new one. Leave it empty for a laptop that you refuse.',
    most: 80,
  },
];

const TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

function wrongTag({ decision, assetTag = '' }: Values): readonly FieldError[] {
  if (decision === 'refused' || TAG.test(assetTag)) return [];
  const text =
    assetTag === '' ? 'Enter the asset tag' : 'Enter an asset tag of letters, digits, dots, hyphens and underscores';
  return [{ field: 'assetTag', text }];
}

const WARNINGS: Readonly<Partial<Record<WaitingFor, string>>> = {
  'enrolled-already':
    'Whoever has the fleet key can tell any serial number. Approve it as this device only if you know that the device was re-imaged.',
  'left-service': 'A device that has left service must be put back into service before this laptop can be that device.',
};

function pageOf(row: ListedPending): FormPage {
  const it = shown(row);
  const seems = it.seems === null ? [] : [{ label: 'Registered with this serial number', text: it.seems }];
  return {
    heading: 'Decide about this laptop',
    caption: it.name ?? it.serialNumber ?? 'A laptop without a name',
    crumbs: [{ text: 'Devices', href: '/devices' }, { text: 'Waiting for ICT', href: HERE }, { text: 'Decide' }],
    intro: [
      'What it tells of itself is a hint and no proof. Compare it with the laptop. Your decision is recorded under your name.',
    ],
    warning: WARNINGS[row.why as WaitingFor],
    rows: [
      { label: 'Name', text: it.name ?? 'Not told' },
      { label: 'Serial number', text: it.serialNumber ?? 'Not told' },
      { label: 'System', text: it.system },
      { label: 'Why it waits', text: it.why },
      ...seems,
      { label: 'First asked', text: moment(it.firstAt) },
      { label: 'Ends by itself', text: moment(it.endsAt) },
    ],
    fields: FIELDS,
    button: 'Record the decision',
    here: `${HERE}/${row.id}`,
    back: HERE,
  };
}

const approvedAs = ({ decision, assetTag = '' }: Values): ApprovedAs =>
  decision === 'new' ? { register: { assetTag } } : { assetTag };

/** `GET /enrolments`, and a page to decide about each. */
export const pendingPages: FastifyPluginAsyncTypebox<PendingPageDeps> = async (app, deps) => {
  await app.register(listPage, deps);
  const params = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) });
  const config = { access: 'devices:write' } as const;
  const find = async (organisation: string, id: string) => {
    const row = await readWaiting(deps.db, organisation, id, deps.clock.now());
    if (row === undefined) throw problem('pending-unknown', 'This laptop does not wait any more.');
    return row;
  };
  app.get(`${HERE}/:id`, { schema: { hide: true, params }, config }, async (request, reply) => {
    const row = await find(callerOf(request).organisation, request.params.id);
    const given: Values = row.why === 'enrolled-already' && row.seems_tag !== null ? { assetTag: row.seems_tag } : {};
    return beginForm(deps, { request, reply }, pageOf(row), given);
  });
  app.post(
    `${HERE}/:id`,
    { schema: { hide: true, params, body: formSchema(FIELDS) }, config },
    async (request, reply) => {
      const caller = callerOf(request);
      const row = await find(caller.organisation, request.params.id);
      const act = async (values: Values) => {
        const isRefused = values['decision'] === 'refused';
        if (isRefused) await refusePending(caller, row.id, values['reason'] ?? '', deps);
        else await approvePending(caller, row.id, approvedAs(values), deps);
        return reply.redirect(linkTo(HERE, { done: isRefused ? 'refused' : 'approved' }), 303);
      };
      return takeForm(deps, { request, reply }, pageOf(row), act, wrongTag);
    },
  );
};
