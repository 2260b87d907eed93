import type { Static } from 'typebox';
import { addAction, type ActionEnd, endAction, type NewAction } from '../../../breaches/life/actions.ts';
import { problem } from '../../../errors.ts';
import { day } from '../../words.ts';
import { type DeskAct, only } from './desk-act.ts';
import { type DeskCase, isOpen } from './desk-case.ts';

export const addActionAct: DeskAct = {
  name: 'action-added',
  path: 'actions/new',
  access: 'breaches:write',
  heading: 'Add an action',
  isOpen,
  fields: [
    {
      name: 'title',
      kind: 'line',
      label: 'What is to be done',
      missing: 'Enter what is to be done',
      most: 300,
    },
    { name: 'owner', kind: 'line', label: 'Who does it', missing: 'Enter who does it', most: 200 },
    {
      name: 'due',
      kind: 'day',
      label: 'By which day',
      hint: 'For example, 24 12 2026.',
      missing: 'Enter by which day',
    },
  ],
  button: 'Add the action',
  run: ({ caller, breach: { ref }, now }, values, { db, random }) =>
    addAction(caller, ref, only(values, 'title', 'owner', 'due') as Static<typeof NewAction>, { db, now, random }),
  done: 'The action has been added.',
};

/** The action that the address names, while it is open. */
export function actionOf({ it, action, breach }: DeskCase) {
  const found = it.actions.find(({ id }) => id === action);
  if (found === undefined) throw problem('not-found', `${breach.ref} has no such action.`);
  return found;
}

export const endActionAct: DeskAct = {
  name: 'action-ended',
  path: 'actions/:action/end',
  access: 'breaches:write',
  heading: 'End an action',
  isOpen: (it) => actionOf(it).endedAt === null,
  intro: (it) => {
    const { title, owner, due } = actionOf(it);
    return [`${title}. To be done by ${owner}, by ${day(due)}.`];
  },
  fields: [
    {
      name: 'outcome',
      kind: 'choice',
      label: 'What has become of it',
      missing: 'Choose what has become of it',
      options: [
        { value: 'done', text: 'It is done' },
        { value: 'dropped', text: 'It is not going to be done' },
      ],
    },
    { name: 'note', kind: 'text', label: 'What came of it, or why it is not going to be done' },
  ],
  check: ({ outcome, note }) =>
    outcome === 'dropped' && note === undefined
      ? [{ field: 'note', text: 'Enter why it is not going to be done' }]
      : [],
  button: 'Go on',
  confirm: (it) => ({
    heading: 'Are you sure that you want to end this action?',
    warnings: [`“${actionOf(it).title}” then stays ended. What is needed again is a new action.`],
    button: 'End the action',
  }),
  run: (it, values, { db, random }) =>
    endAction(it.caller, it.breach.ref, actionOf(it).id, only(values, 'outcome', 'note') as Static<typeof ActionEnd>, {
      db,
      now: it.now,
      random,
    }),
  done: 'The action has ended.',
};
