import type { Caller } from '../../../access.ts';
import { ownBreaches } from '../../../breaches/own.ts';
import { titleOf } from '../../../breaches/appearance.ts';
import type { Db } from '../../../db/database.ts';
import { type DeviceView, readStates } from '../../../devices/read.ts';
import { ownDevices } from '../../../people/own-devices.ts';
import { MOST_WORDS, type RightsRequest } from '../../../rights/schema.ts';
import type { FormField, Values } from '../../forms/fields.ts';
import { fieldsIn } from '../../forms/spoken.ts';
import type { Language } from '../../language/language.ts';
import { type Phrase, sayIn } from '../../language/say.ts';
import { welshTitleOf } from '../../language/welsh/appearance.ts';
import { humanise } from '../../words.ts';

const KIND: FormField<Phrase> = {
  name: 'kind',
  kind: 'choice',
  label: 'What you want to do',
  missing: 'Choose what you want to do',
  options: [
    {
      value: 'complaint',
      text: 'Complain about how information about you is used',
      hint: 'The council must acknowledge it within 30 days and answer without undue delay.',
    },
    {
      value: 'objection',
      text: 'Object to being monitored',
      hint: 'Say why, for reasons of your own situation. The council must answer within one month.',
    },
    {
      value: 'correction',
      text: 'Ask for what is recorded to be corrected',
      hint: 'The council must answer within one month. What a device sent stays as it is; what is right is recorded beside it.',
    },
  ],
};

const WORDS: FormField<Phrase> = {
  name: 'words',
  kind: 'text',
  label: 'What you want to say',
  hint: 'In your own words. Leave out what others need not know about you, such as your health, unless it is the reason.',
  missing: 'Enter what you want to say',
  most: MOST_WORDS,
};

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A device, its breaches and the rules that it is judged by, each with the words of the page. */
async function choicesOf(db: Db, device: DeviceView, now: number, language: Language): Promise<Choice[]> {
  const { organisation, id, asset_tag: tag } = device;
  const [states, breaches] = await Promise.all([readStates(db, organisation, id), ownBreaches(db, device, now)]);
  const rules = new Map(states.map((state) => [state.rule, state.clause]));
  const say = sayIn(language);
  return [
    { value: `device:${tag}`, text: say('device {name}', { name: tag }) },
    ...breaches.map((one) => ({
      value: one.ref,
      text: `${one.ref}: ${language === 'cy' ? welshTitleOf(one) : titleOf(one)}`,
    })),
    ...[...rules].map(([rule, clause]) => ({
      value: `rule:${tag}:${rule}`,
      text: say('{device}: section {clause}, {rule}', { device: tag, clause, rule: humanise(rule) }),
    })),
  ];
}

/** The questions, with what the caller has to choose from. */
export async function rightsFields(db: Db, caller: Caller, now: number, language: Language): Promise<FormField[]> {
  const devices = await ownDevices(db, caller);
  const choices = await Promise.all(devices.map((device) => choicesOf(db, device, now, language)));
  const say = sayIn(language);
  const none = { value: 'nothing', text: say('Nothing on this list, or all of it') };
  const about: FormField = {
    name: 'about',
    kind: 'list',
    label: say('What it is about'),
    options: [none, ...choices.flat()],
  };
  const [kind, words] = [fieldsIn([KIND], say), fieldsIn([WORDS], say)];
  return [...kind, ...(devices.length === 0 ? [] : [about]), ...words];
}

/** What was chosen, as the API has it. */
function aboutOf(about = 'nothing'): Pick<RightsRequest, 'breach' | 'device' | 'rule'> {
  const [, tag, rule] = /^rule:([^:]+):(.+)$/.exec(about) ?? [];
  if (tag !== undefined && rule !== undefined) return { device: tag, rule };
  if (about.startsWith('device:')) return { device: about.slice('device:'.length) };
  return about === 'nothing' ? {} : { breach: about };
}

const KINDS = ['complaint', 'objection', 'correction'] as const;

export const requestOf = ({ kind, about, words = '' }: Values, language: Language): RightsRequest => ({
  kind: KINDS.find((one) => one === kind) ?? 'complaint',
  words,
  language,
  ...aboutOf(about),
});
