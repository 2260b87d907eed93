import Type, { type Static } from 'typebox';
import type { PersonReport } from '../../breaches/reporting.ts';
import { ANSWER_WORDS, CATEGORY_WORDS, CERTAINTY_WORDS, optionsOf, PLACE_WORDS } from '../breach-words.ts';
import type { FieldError, FormField, Option, Values } from '../forms/fields.ts';
import type { Phrase, Say } from '../language/say.ts';

const STOLEN: readonly FormField<Phrase>[] = [
  {
    name: 'policeReference',
    kind: 'line',
    label: 'Crime reference',
    hint: 'Where you have told the police. Do not wait for it.',
    most: 100,
  },
];

const kinds = optionsOf(CATEGORY_WORDS).map(
  (option): Option<Phrase> => (option.value === 'stolen' ? { ...option, fields: STOLEN } : option),
);

/** What a person is asked who reports something: only what happened is needed, the rest is what they know. */
export const REPORT_FIELDS: readonly FormField<Phrase>[] = [
  {
    name: 'description',
    kind: 'text',
    label: 'What happened',
    hint: 'In your own words. Leave out the names of people whom the information is about.',
    missing: 'Enter what happened',
    most: 10_000,
  },
  { name: 'category', kind: 'choice', label: 'What kind of thing it is', options: kinds },
  { name: 'certainty', kind: 'choice', label: 'How certain it is', options: optionsOf(CERTAINTY_WORDS) },
  {
    name: 'happenedAt',
    kind: 'moment',
    label: 'When it happened',
    hint: 'As well as you know, for example, 4 6 2026 and 5:15pm.',
    timeOptional: true,
  },
  {
    name: 'lastSeenAt',
    kind: 'moment',
    label: 'When it was last seen',
    hint: 'Only where something is lost or stolen.',
    timeOptional: true,
  },
  { name: 'discoveredAt', kind: 'moment', label: 'When you noticed it', timeOptional: true },
  { name: 'place', kind: 'choice', label: 'Where', hint: 'No address is needed.', options: optionsOf(PLACE_WORDS) },
  {
    name: 'device',
    kind: 'line',
    label: 'Asset tag of the council’s device',
    hint: 'The number on its label, such as DBC-04127. Leave it empty where no device is involved or you do not know it.',
    most: 80,
  },
  {
    name: 'information',
    kind: 'text',
    label: 'What information is involved',
    hint: 'For example, a list of tenants with their addresses. No names.',
  },
  {
    name: 'personalData',
    kind: 'choice',
    label: 'Is information about people involved?',
    options: optionsOf(ANSWER_WORDS),
  },
  {
    name: 'done',
    kind: 'text',
    label: 'What has been done already',
    hint: 'For example, you have asked the recipient to delete the email.',
  },
  {
    name: 'implicates',
    kind: 'line',
    label: 'Whether it is about somebody in the security team',
    hint: 'Their name. They are then not told of it and cannot see it.',
    most: 200,
  },
];

const MOST_TITLE = 100;

/** The first sentence of what happened, as far as it goes into a title. */
export function titleOf(description: string): string {
  const [line = ''] = description.trim().split(/\n|(?<=[.!?])\s/);
  if (line.length <= MOST_TITLE) return line.replace(/\.$/, '') || line;
  const cut = line.slice(0, MOST_TITLE);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 40)).trimEnd()}…`.toWellFormed();
}

const ASSET_TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** An asset tag that no device can have. */
export const tagErrors = ({ device }: Values, say: Say): FieldError[] =>
  device === undefined || ASSET_TAG.test(device)
    ? []
    : [{ field: 'device', text: say('The asset tag must be as on the label, such as DBC-04127, or left empty') }];

export const reportOf = (values: Values): PersonReport => {
  const { description = '', ...rest } = values;
  return { title: titleOf(description), description, ...rest };
};

/** Whose page leads here may have named the device: it is written down already. */
export const DeviceQuery = Type.Object(
  { device: Type.Optional(Type.String({ maxLength: 80 })) },
  { additionalProperties: false },
);

export const startOf = ({ device }: Static<typeof DeviceQuery>): Values => (device === undefined ? {} : { device });
