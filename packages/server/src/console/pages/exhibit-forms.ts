import { KINDS, MOST_WORDS } from '../../exhibits/schema.ts';
import type { Answers, EntryField, EntryPage } from '../entry-form.ts';

export const LIST = '/exhibits';
const crumbs = [{ text: 'Exhibits', href: LIST }];

const KIND_WORDS = { device: 'A device of the council', stick: 'A memory stick', other: 'Something else' } as const;

const line = (name: string, label: string, hint: string): EntryField => ({
  kind: 'text',
  name,
  label,
  hint,
  wrong: `Enter ${label
    .toLowerCase()
    .replace(/ \(optional\)$/, '')
    .replace(/\?$/, '')}`,
});

const MOVE: readonly EntryField[] = [
  line('from', 'Who hands it over', 'A name. For something that was left somewhere: where it was found'),
  line('to', 'Who has it now', 'A name, or a store'),
  line('place', 'Where it is now', 'For example, The Forum, room 12, safe 2'),
  line('condition', 'Its condition', 'What can be seen: damage, on or off, what is with it'),
  line('seal', 'Number of the seal (optional)', 'As it stands on the bag'),
  line('note', 'Anything else (optional)', 'What somebody who reads this in a year has to know'),
];

const SEIZURE: readonly EntryField[] = [
  {
    kind: 'radios',
    name: 'kind',
    label: 'What was seized?',
    wrong: 'Select what was seized',
    items: KINDS.map((value) => ({ value, text: KIND_WORDS[value] })),
  },
  line('device', 'Asset tag (optional)', 'Of a device of the council: as it stands on it'),
  line('serial', 'Serial number (optional)', 'Of a stick: as it stands on it'),
  line('description', 'What it is', 'For example, a black laptop with its charger'),
  line('breach', 'Breach (optional)', 'The reference of the breach that it is about, such as BR-2026-000001'),
  ...MOVE,
];

export const seizePage: EntryPage = {
  heading: 'Record that something was seized',
  section: 'breaches',
  crumbs: [...crumbs, { text: 'Record one' }],
  fields: SEIZURE,
  action: LIST,
  button: 'Record it',
  intro:
    'What you write stays as it is: nothing in the record of custody can be changed later. While it is held, no order that changes the device is carried out unless the officer agrees.',
  back: LIST,
};

/** Handing it on, or giving it back. */
export const movePage = (
  ref: string,
  act: 'transfers' | 'release',
  held: { readonly by: string | null },
): EntryPage => ({
  heading: act === 'release' ? `Release ${ref}` : `Hand ${ref} on`,
  section: 'breaches',
  crumbs: [...crumbs, { text: ref, href: `${LIST}/${ref}` }, { text: act === 'release' ? 'Release' : 'Hand on' }],
  fields: MOVE,
  action: `${LIST}/${ref}/${act}`,
  button: act === 'release' ? 'Release it' : 'Hand it on',
  intro: `${held.by ?? 'Nobody'} has it now. What you write stays as it is.${act === 'release' ? ' Its record is closed then.' : ''}`,
  back: `${LIST}/${ref}`,
});

export const agreePage = (ref: string, agreed: boolean): EntryPage => ({
  heading: agreed ? `Agree to orders on ${ref}` : `Stop orders on ${ref}`,
  section: 'breaches',
  crumbs: [...crumbs, { text: ref, href: `${LIST}/${ref}` }, { text: agreed ? 'Agree to orders' : 'Stop orders' }],
  fields: [{ kind: 'text', name: 'note', label: 'Why?', wrong: `Enter why, in ${MOST_WORDS} characters or fewer` }],
  action: `${LIST}/${ref}/${agreed ? 'agree' : 'stop'}`,
  button: agreed ? 'Agree' : 'Stop orders',
  intro: agreed
    ? 'Orders such as to lock or isolate it will be carried out, and may change what is on it. It is recorded under your name.'
    : 'No order that changes it will be carried out from now on.',
  back: `${LIST}/${ref}`,
});

/** What was answered, without what was left empty. */
export const given = (answers: Answers): Record<string, unknown> =>
  Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== null && value !== ''));
