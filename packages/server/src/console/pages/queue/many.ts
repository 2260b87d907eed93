import type { Caller } from '../../../access.ts';
import type { LifeAct } from '../../../breaches/life/act.ts';
import { acknowledging, assigning, closing, triaging } from '../../../breaches/life/acts.ts';
import { type BreachStatus, ENDED, statusAfter } from '../../../breaches/life/states.ts';
import type { BreachView } from '../../../breaches/read.ts';
import type { FormField, Values } from '../../forms/fields.ts';
import { count as counted } from '../../words.ts';
import { given } from '../desk/desk-act.ts';
import { assignAct } from '../desk/ending.ts';
import type { Query } from './query.ts';

/** What may be done to many breaches in one go: on all of them, or on none. */
export interface ManyAct {
  readonly name: string;
  /** As the list offers it. */
  readonly choice: string;
  /** As its page asks it. */
  readonly heading: (count: string) => string;
  readonly warning: string;
  readonly button: (count: string) => string;
  readonly fields: readonly FormField[];
  /** Why it cannot be done to this one; undefined where it can. */
  readonly not: (breach: BreachView) => string | undefined;
  readonly act: (values: Values, caller: Caller, now: number) => LifeAct;
  readonly done: string;
}

const why = (missing: string): FormField => ({
  name: 'reason',
  kind: 'text',
  label: 'Why',
  hint: 'The same reason is kept with each of them.',
  missing,
});

const ended = ({ status }: BreachView) => (ENDED.has(status) ? 'has ended already' : undefined);

export const MANY_ACTS: readonly ManyAct[] = [
  {
    name: 'acknowledge',
    choice: 'Acknowledge',
    heading: (count) => `Acknowledge ${count}`,
    warning: 'It is recorded under your name that you have seen each of them and are dealing with it.',
    button: (count) => `Acknowledge ${count}`,
    fields: [],
    not: (breach) => ended(breach) ?? (breach.acknowledged_at === null ? undefined : 'has been acknowledged already'),
    act: () => acknowledging,
    done: 'acknowledged',
  },
  {
    name: 'assign',
    choice: 'Assign',
    heading: (count) => `Assign ${count}`,
    warning: 'Whoever had one of them before has it no longer.',
    button: (count) => `Assign ${count}`,
    fields: assignAct.fields,
    not: ended,
    act: ({ whose, owner = null }, { name }) =>
      assigning({ owner: whose === 'me' ? name : whose === 'other' ? owner : null }),
    done: 'assigned',
  },
  {
    name: 'dismiss',
    choice: 'Decide: not a breach',
    heading: (count) => `Decide for ${count}: not a breach`,
    warning: 'Each of them ends and leaves its queue. Each can be opened again by itself.',
    button: (count) => `Decide this for ${count}`,
    fields: [why('Enter why they are not a breach')],
    not: (breach) =>
      ended(breach) ??
      (statusAfter('dismiss', breach.status as BreachStatus) === undefined ? 'cannot be decided so now' : undefined),
    act: (values, _caller, now) => triaging({ decision: 'not-a-breach', reason: given(values, 'reason') }, now),
    done: 'decided to be no breach',
  },
  {
    name: 'close',
    choice: 'Close',
    heading: (count) => `Close ${count}`,
    warning: 'Each of them leaves its queue, and nobody is reminded of it any more.',
    button: (count) => `Close ${count}`,
    fields: [why('Enter why they are closed')],
    not: (breach) =>
      ended(breach) ??
      (breach.triage === 'confirmed' && breach.assessment === null
        ? 'is confirmed and has not been assessed'
        : undefined),
    act: (values) => closing({ reason: given(values, 'reason') }),
    done: 'closed',
  },
];

/** What the list says once many have been dealt with. */
export function doneWords({ done, count }: Query): string | undefined {
  const act = MANY_ACTS.find(({ name }) => name === done);
  const number = Number(count);
  if (act === undefined || !Number.isInteger(number) || number < 1) return undefined;
  return `${counted(number, 'breach', 'breaches')} ${act.done}.`;
}
