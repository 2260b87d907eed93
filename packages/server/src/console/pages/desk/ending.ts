import type { Static } from 'typebox';
import { assigning, type Closure, closing, reopening } from '../../../breaches/life/acts.ts';
import { type DeskAct, given, living, only } from './desk-act.ts';
import { isOpen, mayBe } from './desk-case.ts';

export const closeAct: DeskAct = {
  name: 'closed',
  path: 'close',
  access: 'breaches:write',
  heading: 'Close this breach',
  isOpen: (it) => mayBe(it, 'close'),
  fields: [
    {
      name: 'reason',
      kind: 'text',
      label: 'Why you are closing this breach',
      hint: 'For example, what it turned out to be. It is kept with the breach.',
      missing: 'Enter why you are closing this breach',
    },
    {
      name: 'rootCause',
      kind: 'text',
      label: 'What it came from',
      hint: 'The cause behind it, not whose fault it was.',
    },
    {
      name: 'lessons',
      kind: 'text',
      label: 'What is learnt from it',
      hint: 'What is done otherwise from now on.',
      most: 4000,
    },
  ],
  button: 'Go on',
  confirm: () => ({
    heading: 'Are you sure that you want to close this breach?',
    warnings: ['It leaves the queue, and nobody is reminded of it any more.'],
    button: 'Close this breach',
  }),
  run: living((values) => closing(only(values, 'reason', 'rootCause', 'lessons') as Static<typeof Closure>)),
  done: 'You have closed this breach. Your reason is in its timeline.',
};

export const reopenAct: DeskAct = {
  name: 'reopened',
  path: 'reopen',
  access: 'breaches:write',
  heading: 'Open it again',
  isOpen: (it) => mayBe(it, 'reopen'),
  intro: () => [
    'It goes back to the queue. Whether it is a breach is then decided anew; what was decided before stays on record.',
  ],
  fields: [{ name: 'reason', kind: 'text', label: 'Why', missing: 'Enter why it is opened again' }],
  button: 'Open it again',
  run: living((values) => reopening({ reason: given(values, 'reason') })),
  done: 'This breach is open again.',
};

export const assignAct: DeskAct = {
  name: 'assign',
  path: 'assign',
  access: 'breaches:write',
  heading: 'Say whose case it is',
  isOpen,
  fields: [
    {
      name: 'whose',
      kind: 'choice',
      label: 'Whose case it is',
      missing: 'Choose whose case it is',
      options: [
        { value: 'me', text: 'Mine' },
        {
          value: 'other',
          text: 'Somebody else’s',
          fields: [
            {
              name: 'owner',
              kind: 'line',
              label: 'Their name',
              hint: 'As they sign in, so that it is in their own list.',
              missing: 'Enter the name of whose case it is',
              most: 200,
            },
          ],
        },
        { value: 'nobody', text: 'Nobody’s' },
      ],
    },
  ],
  given: ({ caller, it: { owner } }): Record<string, string> => {
    if (owner === null) return {};
    return owner === caller.name ? { whose: 'me' } : { whose: 'other', owner };
  },
  button: 'Record this',
  run: living(({ whose, owner = null }, { caller }) =>
    assigning({ owner: whose === 'me' ? caller.name : whose === 'other' ? owner : null }),
  ),
  done: 'It is recorded whose case this is.',
};
