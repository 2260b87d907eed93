import { POPULATIONS } from '@beadle/shared';
import type { EntryField } from '../entry-form.ts';
import { capital } from '../words.ts';

export const ACCOUNT: EntryField = {
  kind: 'text',
  name: 'account',
  label: 'Account',
  hint: 'The name that the person signs in with, such as sam.rivers.',
  wrong: 'Enter the account, such as sam.rivers, without spaces',
  classes: 'govuk-input--width-20',
};

const date = (name: string, label: string, hint: string): EntryField => ({
  kind: 'date',
  name,
  label: `${label} (optional)`,
  hint,
  wrong: `${label} must be a real date, such as 4 6 2026${name.endsWith('Until') || name === 'endsOn' ? ', and not before the first day' : ''}`,
});

/** What may be said of a person, as the form asks it. */
export const FIELDS: readonly EntryField[] = [
  { kind: 'text', name: 'name', label: 'Name', wrong: 'Enter the name, in one line of at most 200 characters' },
  {
    kind: 'text',
    name: 'email',
    label: 'Email (optional)',
    wrong: 'Enter an email address in the correct form, such as sam.rivers@example.gov.uk',
  },
  {
    kind: 'select',
    name: 'population',
    label: 'Population',
    hint: 'Which policy the person is under.',
    items: POPULATIONS.map((value) => ({ value, text: capital(value) })),
    wrong: 'Choose the population',
  },
  {
    kind: 'text',
    name: 'lineManager',
    label: 'Line manager (optional)',
    hint: 'The account of somebody in the list of people.',
    wrong: 'Enter the account of somebody in the list of people, or leave the line manager empty',
    classes: 'govuk-input--width-20',
  },
  date('startsOn', 'First day', 'The day on which the person begins to work for the council.'),
  date('endsOn', 'Last day', 'The last day on which the person works for the council.'),
  date('absentFrom', 'Away from', 'The deputy is told in their place. No reason is recorded.'),
  date('absentUntil', 'Away until', 'The last day away. Leave this empty where it is not known yet.'),
  {
    kind: 'lines',
    name: 'groups',
    label: 'Groups (optional)',
    hint: 'One on each line.',
    wrong: 'Enter at most 100 groups, one on each line, each of at most 200 characters without semicolons',
  },
];
