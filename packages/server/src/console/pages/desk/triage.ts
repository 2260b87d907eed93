import type { Static } from 'typebox';
import { containing, type Triaging, triaging } from '../../../breaches/life/acts.ts';
import { askingToContain } from '../../../breaches/life/asking.ts';
import { CATEGORY_WORDS, optionsOf } from '../../breach-words.ts';
import { type DeskAct, given, living, only } from './desk-act.ts';
import { mayBe } from './desk-case.ts';

export const triageAct: DeskAct = {
  name: 'triage',
  path: 'triage',
  access: 'breaches:write',
  heading: 'Decide whether it is a breach',
  link: ({ it }) => (it.triage === null ? undefined : 'Decide again what it is'),
  isOpen: (it) => mayBe(it, 'confirm') || mayBe(it, 'call-near-miss') || mayBe(it, 'dismiss'),
  fields: [
    {
      name: 'decision',
      kind: 'choice',
      label: 'What it is',
      missing: 'Choose what it is',
      options: [
        { value: 'confirmed', text: 'It is a breach', hint: 'It is assessed next.' },
        {
          value: 'near-miss',
          text: 'It is a near miss',
          hint: 'It could have become a breach and did not. What is learnt from it is kept.',
        },
        { value: 'not-a-breach', text: 'It is not a breach', hint: 'It ends. It can be opened again.' },
      ],
    },
    {
      name: 'reason',
      kind: 'text',
      label: 'Why',
      hint: 'What it rests on. It is kept with the breach.',
      missing: 'Enter why',
    },
    { name: 'category', kind: 'list', label: 'What kind of thing it is', options: optionsOf(CATEGORY_WORDS) },
  ],
  given: ({ it }) => (it.category === null ? {} : { category: it.category }),
  button: 'Record this decision',
  run: living((values, { now }) =>
    triaging(only(values, 'decision', 'reason', 'category') as Static<typeof Triaging>, now),
  ),
  done: 'Your decision is recorded, with your reason.',
};

export const askContainAct: DeskAct = {
  name: 'containment-asked',
  path: 'ask-to-contain',
  access: 'breaches:write',
  heading: 'Ask ICT to contain it',
  link: ({ it }) => (it.containmentAskedAt === null ? undefined : 'Ask ICT again to contain it'),
  isOpen: (it) => mayBe(it, 'contain') && it.it.triage !== 'near-miss' && it.breach.notified_at !== null,
  intro: () => [
    'This sends a message to ICT with the reference, what you ask for and your name. It changes nothing else.',
  ],
  fields: [
    {
      name: 'request',
      kind: 'text',
      label: 'What you ask ICT to do',
      hint: 'For example, withdraw remote access, or collect the device. Do not name anybody: whoever reads it can open the case.',
      missing: 'Enter what you ask ICT to do',
    },
  ],
  button: 'Ask ICT',
  run: async (it, values, deps) => {
    const told = { now: it.now, random: deps.random, origin: deps.settings.origin };
    await living((entered) => askingToContain({ request: given(entered, 'request') }, it.caller.name, told))(
      it,
      values,
      deps,
    );
    deps.wake();
  },
  done: 'ICT has been asked to contain this.',
};

export const containAct: DeskAct = {
  name: 'contain',
  path: 'contain',
  access: 'breaches:contain',
  heading: 'Say what was done to contain it',
  link: ({ it }) => (it.containedAt === null ? undefined : 'Say what else was done to contain it'),
  isOpen: (it) => mayBe(it, 'contain'),
  intro: () => ['This records what was done. It does nothing to a device or an account by itself.'],
  fields: [
    {
      name: 'measures',
      kind: 'text',
      label: 'What was done, and by whom',
      hint: 'For example, remote access was withdrawn, or the recipient has deleted the email and said so.',
      missing: 'Enter what was done to contain it',
      most: 4000,
    },
  ],
  button: 'Record this',
  run: living((values, { now }) => containing({ measures: given(values, 'measures') }, now)),
  done: 'It is recorded what was done to contain this.',
};
