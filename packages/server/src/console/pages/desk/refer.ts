import { populationOf } from '../../../breaches/case.ts';
import { CULPABILITIES } from '../../../breaches/life/acts.ts';
import { conductRoute, isEarly, type Referral, referring, ROUTES } from '../../../breaches/life/decisions.ts';
import { CULPABILITY_WORDS, optionsOf, ROUTE_WORDS, wordOf } from '../../breach-words.ts';
import { type Confirm, type DeskAct, given, living, only } from './desk-act.ts';
import type { DeskCase, DeskDeps } from './desk-case.ts';

const options = optionsOf(ROUTE_WORDS, ROUTES).map((option) =>
  option.value === 'conduct'
    ? {
        ...option,
        hint: 'Human Resources for employees, the Monitoring Officer for councillors, the employer for anybody else.',
      }
    : option,
);

/** Where it goes in truth: whose matter conduct is follows from the population of whoever holds the device. */
async function confirmation({ breach }: DeskCase, to: string, { db }: DeskDeps): Promise<Confirm> {
  const population = to === 'conduct' ? await populationOf(db, breach) : null;
  const goesTo = wordOf(ROUTE_WORDS, to === 'conduct' ? conductRoute(population) : to);
  const why =
    to !== 'conduct'
      ? ''
      : population === null
        ? ' The register does not say what the person is, so that it goes to where it goes for employees.'
        : ` By the register, the person is ${population === 'employee' || population === 'agent' ? 'an' : 'a'} ${population}.`;
  return {
    heading: 'Are you sure that you want to refer this?',
    warnings: [
      `It goes to: ${goesTo}.${why} A referral stays on record and cannot be taken back.`,
      ...(isEarly(breach, to)
        ? ['Whoever is told first has not been told yet. It is recorded that this went out before.']
        : []),
    ],
    button: 'Refer it',
  };
}

export const referAct: DeskAct = {
  name: 'refer',
  path: 'refer',
  access: 'breaches:write',
  heading: 'Refer it to somebody',
  isOpen: ({ it }) => it.triage !== 'not-a-breach' && it.endedAt === null,
  intro: () => ['This records that it is referred, and why. Send them what they need yourself.'],
  fields: [
    { name: 'to', kind: 'choice', label: 'To whom', missing: 'Choose to whom it is referred', options },
    { name: 'reasons', kind: 'text', label: 'Why', missing: 'Enter why it is referred', most: 4000 },
    {
      name: 'culpability',
      kind: 'list',
      label: 'What you have found about how it came about',
      hint: 'Only what a person has found. Leave it empty where nobody has looked into it.',
      options: optionsOf(CULPABILITY_WORDS, CULPABILITIES),
    },
    { name: 'reference', kind: 'line', label: 'Their reference', hint: 'Such as a crime reference.', most: 200 },
  ],
  button: 'Go on',
  confirm: (it, values, deps) => confirmation(it, given(values, 'to'), deps),
  run: living(async (values, { breach }, { db }) =>
    referring(
      only(values, 'to', 'reasons', 'culpability', 'reference') as Referral,
      breach,
      await populationOf(db, breach),
    ),
  ),
  done: 'It is recorded that this has been referred.',
};
