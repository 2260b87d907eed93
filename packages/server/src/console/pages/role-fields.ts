import type { EntryField } from '../entry-form.ts';

/** From when until when. */
export const DAYS: readonly EntryField[] = [
  {
    kind: 'date',
    name: 'from',
    label: 'First day (optional)',
    hint: 'Leave this empty where the person has the role already.',
    wrong: 'First day must be a real date, such as 4 6 2026',
  },
  {
    kind: 'date',
    name: 'until',
    label: 'Last day (optional)',
    hint: 'Leave this empty where it has no end yet.',
    wrong: 'Last day must be a real date that is not before the first day',
  },
];

/** Who is given a role, and as what. */
export const FIELDS: readonly EntryField[] = [
  {
    kind: 'text',
    name: 'account',
    label: 'Person',
    hint: 'The account of somebody in the list of people, such as sam.rivers.',
    wrong: 'Enter the account of somebody in the list of people',
    classes: 'govuk-input--width-20',
  },
  {
    kind: 'radios',
    name: 'standing',
    label: 'Holder or deputy',
    items: [
      { value: 'holder', text: 'Holder', hint: 'Is told, and decides.' },
      { value: 'deputy', text: 'Deputy', hint: 'Is told while no holder is there.' },
    ],
    wrong: 'Choose holder or deputy',
  },
  ...DAYS,
];
