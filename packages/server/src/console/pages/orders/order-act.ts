import { RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import { contactDay, type DeviceRow } from '../../../devices/read.ts';
import { orderByPerson } from '../../../ordering/act.ts';
import { MOST_NOTICE, MOST_REASON, MOST_TELEPHONE } from '../../../ordering/schema.ts';
import { lastTelephone } from '../../../orders/desired-state/read.ts';
import { isPaused } from '../../../orders/pauses/pauses.ts';
import type { FormField, Values } from '../../forms/fields.ts';
import { day, moment } from '../../words.ts';
import type { DeviceAct, DeviceCase } from './device-act.ts';
import { KIND_WORDS } from './words.ts';

const NOTICE =
  'The council’s ICT team has restricted this device for now, while something is looked into. Please call the number below.';

const FIELDS: readonly FormField[] = [
  {
    name: 'kind',
    kind: 'choice',
    label: 'What should happen',
    missing: 'Choose what should happen',
    options: RESTRICTIONS.map((kind) => ({
      value: kind,
      text: KIND_WORDS[kind].name,
      hint: KIND_WORDS[kind].does,
    })),
  },
  {
    name: 'ends',
    kind: 'choice',
    label: 'Until when',
    missing: 'Choose until when',
    options: [
      {
        value: 'day',
        text: 'Until the end of a day',
        hint: 'It then ends by itself, with or without a network.',
        fields: [{ name: 'until', kind: 'day', label: 'Last day', missing: 'Enter the last day' }],
      },
      { value: 'lifted', text: 'Until ICT lifts it' },
    ],
  },
  {
    name: 'notice',
    kind: 'text',
    label: 'What the worker reads',
    hint: 'Why, in plain words, and without blame.',
    missing: 'Enter what the worker reads',
    most: MOST_NOTICE,
  },
  {
    name: 'telephone',
    kind: 'line',
    label: 'Whom the worker calls',
    hint: 'A telephone number at which somebody answers when this is in force.',
    missing: 'Enter a telephone number',
    most: MOST_TELEPHONE,
  },
  {
    name: 'reason',
    kind: 'text',
    label: 'Why',
    hint: 'For the record. The worker does not read this.',
    missing: 'Enter why',
    most: MOST_REASON,
  },
  { name: 'breach', kind: 'line', label: 'Breach', hint: 'Its reference, such as BR-2026-000041.', most: 40 },
];

const SILENT_MS = 24 * 3_600_000;

/** Where it has not been heard from lately: it hears of nothing before it is connected. */
const silence = (device: DeviceRow, now: number): string[] => {
  const last = contactDay(device);
  if (last !== null && (device.last_contact_at ?? 0) > now - SILENT_MS) return [];
  const since = last === null ? 'since it was enrolled' : `since ${day(last)}`;
  return [`${device.asset_tag} has not been heard from ${since}. It is restricted when it is next connected.`];
};

/** What is ordered of a device that is paused waits. */
const pause = (device: DeviceRow, now: number): string[] =>
  isPaused(device, now) && device.paused_until !== null
    ? [
        `${device.asset_tag} is paused until ${moment(device.paused_until)}: it takes this up only then, or as soon as somebody ends the pause.`,
      ]
    : [];

const untilWords = ({ until }: Values): string => (until === undefined ? 'ICT lifts it' : moment(until));

function summaryOf({ device }: DeviceCase, values: Values) {
  const kind = values['kind'] as RestrictionKind;
  return [
    { label: 'Device', text: device.asset_tag },
    { label: 'Who is affected', text: device.holder ?? 'Nobody is registered as its holder' },
    { label: 'What happens', text: `${KIND_WORDS[kind].name}. ${KIND_WORDS[kind].does}` },
    { label: 'Until', text: untilWords(values) },
    { label: 'The worker reads', text: values['notice'] ?? '' },
    { label: 'The worker calls', text: values['telephone'] ?? '' },
    { label: 'Why', text: values['reason'] ?? '' },
    ...(values['breach'] === undefined ? [] : [{ label: 'Breach', text: values['breach'] }]),
  ];
}

/** Restricting a device: asked, shown once more, then done. */
export const orderAct: DeviceAct = {
  path: 'order',
  heading: 'Restrict this device',
  button: 'Continue',
  fields: FIELDS,
  intro: ({ device, now }) => [
    'It is in force when the device itself has said so. You can lift it at any time, and a device with no network can be released with a code that you read out.',
    ...silence(device, now),
    ...pause(device, now),
  ],
  given: async ({ caller }, { db }) => {
    const telephone = await lastTelephone(db, caller.organisation);
    return { notice: NOTICE, ...(telephone === undefined ? {} : { telephone }) };
  },
  confirm: (it, values) => ({
    heading: 'Are you sure you want to restrict this device?',
    warnings: [
      'Whoever is working on this device is interrupted as soon as it hears of this.',
      ...silence(it.device, it.now),
      ...pause(it.device, it.now),
    ],
    summary: summaryOf(it, values),
    button: 'Restrict this device',
  }),
  run: async ({ caller, device }, values, deps) => {
    const { kind = '', notice = '', telephone = '', reason = '', until, breach } = values;
    const order = { kind: kind as RestrictionKind, notice, telephone, reason, until: until ?? null };
    await orderByPerson(caller, device.asset_tag, { ...order, breach: breach ?? null }, deps);
    return { done: 'ordered' };
  },
};
