import type { Duration, Role } from '@beadle/shared';

/** What an authorisation of a kind asks for, where the policy in force does not say otherwise. */
export interface Kind {
  readonly kind: string;
  /** As it stands in a list to choose from. */
  readonly words: string;
  readonly clauses: readonly string[];
  /** Who decides at the least (`mayDecideFor`), and how long it lasts at the most: defaults, which the policy's own replace. */
  readonly approver: Role;
  readonly maximum: Duration;
  readonly minimum?: Duration;
  /** Given only while a declared incident lasts (clause 5.14). */
  readonly needsIncident?: true;
  /** Given only after a health and safety review (clause 5.2). */
  readonly needsSafetyReview?: true;
  /** It lets paper be at home: by so many working days after its end somebody says what became of it (clause 5.15). */
  readonly paper?: { readonly withinWorkingDays: number };
  /** Days before its end at which a reminder is written, instead of 7. */
  readonly remindDays?: number;
}

/**
 * The kinds that the clauses of the seed documents speak of. A policy may name others under a rule's `exemptions`; those
 * have nothing but their name, approver and longest time.
 */
export const KINDS: readonly Kind[] = [
  {
    kind: 'remote-working',
    words: 'Working remotely or at home',
    clauses: ['5.2'],
    approver: 'line-manager',
    maximum: 'P1Y',
    needsSafetyReview: true,
  },
  {
    kind: 'trial',
    words: 'A trial of working remotely',
    clauses: ['5.2'],
    approver: 'line-manager',
    minimum: 'P28D',
    maximum: 'P92D',
    needsSafetyReview: true,
    remindDays: 14,
  },
  {
    kind: 'emergency-plan-stick',
    words: 'A memory stick for the Business Continuity Plan or the Emergency Plan',
    clauses: ['5.9'],
    approver: 'information-security-team-leader',
    maximum: 'P1Y',
  },
  {
    kind: 'incident-printing',
    words: 'Printing at home while a declared incident lasts',
    clauses: ['5.14'],
    approver: 'assistant-director',
    maximum: 'P14D',
    needsIncident: true,
  },
  {
    kind: 'paper-at-home',
    words: 'Printing at home, or paper records at home (form DBC701)',
    clauses: ['5.15'],
    approver: 'assistant-director',
    maximum: 'P90D',
    paper: { withinWorkingDays: 2 },
  },
  {
    kind: 'software-install',
    words: 'Installing software',
    clauses: ['5.4'],
    approver: 'ict-administrator',
    maximum: 'P90D',
  },
  {
    kind: 'local-administrator',
    words: 'An administrator’s account on a device',
    clauses: ['5.4'],
    approver: 'ict-administrator',
    maximum: 'P1Y',
  },
  {
    kind: 'offline-files',
    words: 'Files kept on a device to work without a network',
    clauses: ['5.8'],
    approver: 'information-security-team-leader',
    maximum: 'P90D',
  },
  {
    kind: 'accredited-device',
    words: 'A device of an accredited third party',
    clauses: ['5.1', '3.2'],
    approver: 'information-security-team-leader',
    maximum: 'P1Y',
  },
  {
    kind: 'overseas',
    words: 'Working from abroad',
    clauses: ['CPNI overseas'],
    approver: 'siro',
    maximum: 'P90D',
  },
  {
    kind: 'ict-build',
    words: 'A device that ICT is building or mending',
    clauses: ['5.9'],
    approver: 'ict-administrator',
    maximum: 'P5D',
  },
  {
    kind: 'late-update',
    words: 'A security update that has to wait',
    clauses: ['5.5'],
    approver: 'siro',
    maximum: 'P90D',
  },
  {
    kind: 'reasonable-adjustment',
    words: 'A reasonable adjustment',
    clauses: ['WeST 6'],
    approver: 'line-manager',
    maximum: 'P1Y',
  },
];

export const kindNamed = (kind: string): Kind | undefined => KINDS.find((one) => one.kind === kind);
