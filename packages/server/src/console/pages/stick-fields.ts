import type { EntryField } from '../entry-form.ts';

export const SERIAL: EntryField = {
  kind: 'text',
  name: 'serial',
  label: 'Serial number',
  hint: 'As a device tells it: it stands in a breach about the stick.',
  wrong: 'Enter the serial number, in one line of at most 120 characters',
};
/** What a new stick is registered with. */
export const FIELDS: readonly EntryField[] = [
  {
    kind: 'tick',
    name: 'encryptsInHardware',
    label: 'It encrypts in hardware',
    hint: 'Such as a stick with keys on it. Devices cannot see that, so the register says it.',
    wrong: 'Say whether it encrypts in hardware',
  },
  {
    kind: 'text',
    name: 'holder',
    label: 'Held by (optional)',
    hint: 'An account, an email address or a name.',
    wrong: 'The holder must be one line of at most 200 characters',
  },
  {
    kind: 'text',
    name: 'note',
    label: 'Note (optional)',
    hint: 'What it is for. Nothing about a person.',
    wrong: 'The note must be one line of at most 500 characters',
  },
];
const RETIRED: EntryField = {
  kind: 'tick',
  name: 'retired',
  label: 'It is retired',
  hint: 'A retired stick stays on record, and is the council’s no longer.',
  wrong: 'Say whether it is retired',
};
/** What may be changed of one. */
export const ALL = [...FIELDS, RETIRED];
