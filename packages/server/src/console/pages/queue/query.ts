import { BREACH_KINDS, SEVERITIES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Caller } from '../../../access.ts';
import { BREACH_STATUSES, ENDED, TRIAGES } from '../../../breaches/life/states.ts';
import { type Order, ORDERS } from '../../../breaches/order.ts';
import type { BreachFilter } from '../../../breaches/read.ts';
import { linkTo } from '../../console.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
export const Query = Type.Object(
  {
    queue: Field(20),
    q: Field(120),
    severity: Field(20),
    status: Field(20),
    triage: Field(20),
    category: Field(40),
    rule: Field(80),
    device: Field(120),
    owner: Field(200),
    order: Field(20),
    cursor: Field(1000),
    done: Field(20),
    count: Field(4),
  },
  { additionalProperties: false },
);
export type Query = Static<typeof Query>;

interface Tab {
  readonly text: string;
  readonly filter: (caller: Caller) => BreachFilter;
  /** What is said where there is none. */
  readonly empty: string;
}

/** Suspected breaches by people, and devices for ICT to mend, stand in queues of their own. */
export const QUEUES = {
  officer: {
    text: 'For the officer',
    filter: () => ({ duty: 'holder', open: true }),
    empty: 'No suspected breach by anybody is open.',
  },
  ict: { text: 'For ICT', filter: () => ({ duty: 'ict', open: true }), empty: 'No device is waiting for ICT.' },
  mine: {
    text: 'Mine',
    filter: ({ name }) => ({ owner: name, open: true }),
    empty: 'No open breach is yours.',
  },
  confirmed: {
    text: 'Confirmed',
    filter: () => ({ triage: 'confirmed', open: true }),
    empty: 'No breach that a person has confirmed is open.',
  },
  ended: { text: 'Ended', filter: () => ({ open: false }), empty: 'No breach has ended yet.' },
} as const satisfies Record<string, Tab>;
export type Queue = keyof typeof QUEUES;
export const QUEUE_NAMES = Object.keys(QUEUES) as readonly Queue[];

export const NOT_DECIDED = 'none';

const among = <T extends string>(values: readonly T[], text: string | undefined): T | undefined =>
  values.find((value) => value === text);

export const queueOf = ({ queue }: Query): Queue => among(QUEUE_NAMES, queue) ?? 'officer';
export const orderOf = ({ order }: Query): Order => among(ORDERS, order) ?? 'newest';

export const statusesIn = (queue: Queue): readonly string[] =>
  BREACH_STATUSES.filter((status) => ENDED.has(status) === (queue === 'ended'));

/** A form sends what is left empty as an empty string, which filters nothing; so does a value that is none. */
export const filterOf = (query: Query) => ({
  q: query.q?.trim() || undefined,
  severity: among(SEVERITIES, query.severity),
  status: among(BREACH_STATUSES, query.status),
  triage: among([...TRIAGES, NOT_DECIDED], query.triage),
  category: among(BREACH_KINDS, query.category),
  rule: query.rule || undefined,
  device: query.device?.trim() || undefined,
  owner: query.owner?.trim() || undefined,
});
export type Filter = ReturnType<typeof filterOf>;

/** What is looked for: what was entered, within the queue, which wins where both speak of the same. */
export function wholeFilter(query: Query, caller: Caller): BreachFilter {
  const { severity: severityNow, ...filter } = filterOf(query);
  return { ...filter, severityNow, ...QUEUES[queueOf(query)].filter(caller) };
}

/** The parameters of a list that are worth keeping: neither where one was in it, nor what was done. */
export function keptOf(query: Query): Record<string, string | undefined> {
  const order = orderOf(query);
  return { queue: queueOf(query), ...filterOf(query), order: order === 'newest' ? undefined : order };
}

export const queueLink = (query: Query, more: Readonly<Record<string, string | null>> = {}): string =>
  linkTo('/breaches', { ...keptOf(query), ...more });
