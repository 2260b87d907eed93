/**
 * The life of a breach (5.3 of the council's practice):
 *
 *     suspected ─► acknowledged ─► confirmed ─► contained ─► assessed ─► closed ─► (reopened) acknowledged
 *         │             ├────────► near-miss ─────────────────────────────►┘
 *         │             └────────► not-a-breach
 *         └─► restored              (the device keeps to the rule again, before anybody decided)
 *
 * Containing does not wait for a decision. A device's own word ends only what no person has decided about.
 */
export const BREACH_STATUSES = [
  'suspected',
  'acknowledged',
  'confirmed',
  'near-miss',
  'contained',
  'assessed',
  'restored',
  'not-a-breach',
  'closed',
] as const;
export type BreachStatus = (typeof BREACH_STATUSES)[number];

/** Nothing more happens to it, until it is opened again. */
export const ENDED: ReadonlySet<string> = new Set<BreachStatus>(['restored', 'not-a-breach', 'closed']);

/** What a person decided that it is. */
export const TRIAGES = ['confirmed', 'near-miss', 'not-a-breach'] as const;
export type Triage = (typeof TRIAGES)[number];

export const BREACH_ACTS = [
  'acknowledge',
  'confirm',
  'call-near-miss',
  'dismiss',
  'contain',
  'assess',
  'close',
  'reopen',
  'restore',
  'recur',
] as const;
export type BreachAct = (typeof BREACH_ACTS)[number];

type Row = Partial<Record<BreachStatus, BreachStatus>>;

/** What an act makes of each status; where there is nothing, it may not be done. `restore` and `recur` are a device's. */
const NEXT: Readonly<Record<BreachAct, Row>> = {
  acknowledge: {
    suspected: 'acknowledged',
    acknowledged: 'acknowledged',
    confirmed: 'confirmed',
    'near-miss': 'near-miss',
    contained: 'contained',
    assessed: 'assessed',
    restored: 'restored',
    'not-a-breach': 'not-a-breach',
    closed: 'closed',
  },
  confirm: {
    suspected: 'confirmed',
    acknowledged: 'confirmed',
    confirmed: 'confirmed',
    'near-miss': 'confirmed',
    contained: 'contained',
    assessed: 'assessed',
    restored: 'confirmed',
  },
  'call-near-miss': {
    suspected: 'near-miss',
    acknowledged: 'near-miss',
    confirmed: 'near-miss',
    'near-miss': 'near-miss',
    contained: 'near-miss',
    assessed: 'near-miss',
    restored: 'near-miss',
  },
  dismiss: {
    suspected: 'not-a-breach',
    acknowledged: 'not-a-breach',
    confirmed: 'not-a-breach',
    'near-miss': 'not-a-breach',
    contained: 'not-a-breach',
    assessed: 'not-a-breach',
    restored: 'not-a-breach',
  },
  contain: {
    suspected: 'contained',
    acknowledged: 'contained',
    confirmed: 'contained',
    'near-miss': 'near-miss',
    contained: 'contained',
    assessed: 'assessed',
    restored: 'restored',
  },
  assess: {
    confirmed: 'assessed',
    'near-miss': 'near-miss',
    contained: 'assessed',
    assessed: 'assessed',
  },
  close: {
    suspected: 'closed',
    acknowledged: 'closed',
    confirmed: 'closed',
    'near-miss': 'closed',
    contained: 'closed',
    assessed: 'closed',
    restored: 'closed',
  },
  reopen: { restored: 'acknowledged', 'not-a-breach': 'acknowledged', closed: 'acknowledged' },
  restore: {
    suspected: 'restored',
    acknowledged: 'restored',
    confirmed: 'confirmed',
    'near-miss': 'near-miss',
    contained: 'contained',
    assessed: 'assessed',
  },
  recur: {
    suspected: 'suspected',
    acknowledged: 'acknowledged',
    confirmed: 'confirmed',
    'near-miss': 'near-miss',
    contained: 'contained',
    assessed: 'assessed',
    restored: 'suspected',
  },
};

/** Undefined where the act may not be done. */
export const statusAfter = (act: BreachAct, status: BreachStatus): BreachStatus | undefined => NEXT[act][status];

/** The acts of people that may be done now. */
export const actsOpenTo = (status: BreachStatus): readonly BreachAct[] =>
  BREACH_ACTS.filter((act) => act !== 'restore' && act !== 'recur' && statusAfter(act, status) !== undefined);
