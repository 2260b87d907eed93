import { type Awareness, type Decision, deciding, movingAwareness } from '../../../breaches/life/decisions.ts';
import type { Static } from 'typebox';
import { moment } from '../../words.ts';
import type { FormField } from '../../forms/fields.ts';
import { type DeskAct, living, only } from './desk-act.ts';
import type { DeskCase } from './desk-case.ts';

const toldAt = (hint: string): FormField => ({ name: 'toldAt', kind: 'moment', label: 'When they were told', hint });
const NOT_YET = 'For example, 4 6 2026 and 9:30am. Leave it empty where they have not been told yet.';

const reasons = (hint: string): FormField => ({
  name: 'reasons',
  kind: 'text',
  label: 'Reasons',
  hint,
  missing: 'Enter your reasons',
  most: 4000,
});

const mayDecide = ({ it: { triage, endedAt } }: DeskCase) => triage !== 'not-a-breach' && endedAt === null;

const decision = (about: Decision['about'], act: Pick<DeskAct, 'heading' | 'intro' | 'fields' | 'done'>): DeskAct => ({
  ...act,
  name: `decide-${about}`,
  path: `decide/${about}`,
  access: 'breaches:decide',
  link: ({ it }) => (it.decisions[about] === null ? undefined : act.heading.replace('Decide', 'Decide again')),
  isOpen: mayDecide,
  button: 'Record this decision',
  run: living((values, { now }) =>
    deciding({ about, ...only(values, 'decision', 'reasons', 'toldAt', 'reference') } as Decision, now),
  ),
});

/** Each decision can be made again; the last one holds, and all stand in the timeline. */
export const regulatorAct = decision('regulator', {
  heading: 'Decide whether to tell the regulator',
  intro: ({ it: { awareAt } }) => [
    'The regulator is told within 72 hours of when the council became aware, unless a risk to people is unlikely.',
    awareAt === null
      ? 'It is not recorded when the council became aware.'
      : `The council became aware on ${moment(awareAt)}. The time goes on, whatever is decided here.`,
  ],
  fields: [
    {
      name: 'decision',
      kind: 'choice',
      label: 'Whether to tell the regulator',
      missing: 'Choose whether to tell the regulator',
      options: [
        {
          value: 'tell',
          text: 'Tell the regulator',
          fields: [toldAt(NOT_YET), { name: 'reference', kind: 'line', label: 'The regulator’s reference', most: 200 }],
        },
        { value: 'do-not-tell', text: 'Do not tell the regulator' },
      ],
    },
    reasons('Where it is told later than 72 hours after the council became aware, also why.'),
  ],
  done: 'Your decision about the regulator is recorded, with your reasons.',
});

export const individualsAct = decision('individuals', {
  heading: 'Decide whether to tell the people affected',
  intro: () => [
    'The people affected are told without undue delay where the risk to them is high.',
    'They need not be told where the information could not be read, for example as it was encrypted, or where the risk has been removed.',
  ],
  fields: [
    {
      name: 'decision',
      kind: 'choice',
      label: 'Whether to tell the people affected',
      missing: 'Choose whether to tell the people affected',
      options: [
        { value: 'tell', text: 'Tell the people affected', fields: [toldAt(NOT_YET)] },
        { value: 'do-not-tell', text: 'Do not tell the people affected' },
      ],
    },
    reasons('What it rests on, and where they are told, how.'),
  ],
  done: 'Your decision about the people affected is recorded, with your reasons.',
});

export const awarenessAct: DeskAct = {
  name: 'awareness',
  path: 'awareness',
  access: 'breaches:decide',
  role: 'data-protection-officer',
  heading: 'Move the moment of awareness',
  isOpen: ({ it }) => it.endedAt === null,
  intro: ({ it: { awareAt } }) => [
    `The 72 hours run from the moment at which the council became aware${awareAt === null ? ', which is not recorded yet' : `: now ${moment(awareAt)}`}.`,
    'The council is aware once it is reasonably certain that information about people has been compromised.',
  ],
  fields: [
    {
      name: 'awareAt',
      kind: 'moment',
      label: 'When the council became aware',
      hint: 'For example, 4 6 2026 and 9:30am.',
      missing: 'Enter when the council became aware',
    },
    reasons('Why it is this moment and not the one that stands there.'),
  ],
  given: ({ it: { awareAt } }) => (awareAt === null ? {} : { awareAt }),
  button: 'Go on',
  confirm: (_it, { awareAt = '' }) => ({
    heading: 'Are you sure that you want to move the moment of awareness?',
    warnings: [`The 72 hours then run from ${moment(awareAt)}. That it was moved, and from when, stays on record.`],
    button: 'Move it',
  }),
  run: living((values, { caller, now }) =>
    movingAwareness(only(values, 'awareAt', 'reasons') as Static<typeof Awareness>, caller, now),
  ),
  done: 'The moment at which the council became aware has been moved. Your reasons are in the timeline.',
};
