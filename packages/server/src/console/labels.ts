import type { Phrase } from './language/say.ts';
import { humanise } from './words.ts';

export interface Label {
  readonly text: string;
  /** The tag's colour, which never says anything that its text does not. */
  readonly colour: string;
}

type Known = Label & { readonly text: Phrase };

const LABELS: Readonly<Record<string, Readonly<Record<string, Known>>>> = {
  severity: {
    critical: { text: 'Critical', colour: 'red' },
    high: { text: 'High', colour: 'orange' },
    medium: { text: 'Medium', colour: 'yellow' },
    low: { text: 'Low', colour: 'blue' },
    info: { text: 'For information', colour: 'grey' },
  },
  status: {
    suspected: { text: 'Suspected', colour: 'purple' },
    acknowledged: { text: 'Acknowledged', colour: 'blue' },
    confirmed: { text: 'Confirmed', colour: 'magenta' },
    'near-miss': { text: 'Near miss', colour: 'yellow' },
    contained: { text: 'Contained', colour: 'teal' },
    assessed: { text: 'Assessed', colour: 'orange' },
    restored: { text: 'Restored', colour: 'green' },
    'not-a-breach': { text: 'Not a breach', colour: 'grey' },
    closed: { text: 'Closed', colour: 'grey' },
  },
  encryption: {
    fail: { text: 'Not encrypted', colour: 'red' },
    unknown: { text: 'Not known', colour: 'yellow' },
    pass: { text: 'Encrypted', colour: 'green' },
  },
  action: {
    open: { text: 'Open', colour: 'blue' },
    overdue: { text: 'Overdue', colour: 'red' },
    done: { text: 'Done', colour: 'green' },
    dropped: { text: 'Not done', colour: 'grey' },
  },
  verdict: {
    fail: { text: 'Failing', colour: 'red' },
    unknown: { text: 'Not known', colour: 'yellow' },
    pass: { text: 'Passing', colour: 'green' },
    exempt: { text: 'Excused', colour: 'teal' },
    'not-applicable': { text: 'Not applicable', colour: 'grey' },
  },
  authorisation: {
    requested: { text: 'Waiting', colour: 'yellow' },
    approved: { text: 'Approved', colour: 'green' },
    refused: { text: 'Refused', colour: 'grey' },
    withdrawn: { text: 'Withdrawn', colour: 'grey' },
    revoked: { text: 'Ended early', colour: 'orange' },
    lapsed: { text: 'Ended', colour: 'grey' },
  },
  helpdesk: {
    fault: { text: 'Broken', colour: 'yellow' },
    damage: { text: 'Damaged', colour: 'orange' },
    open: { text: 'Open', colour: 'blue' },
    closed: { text: 'Closed', colour: 'grey' },
  },
  clock: {
    running: { text: 'Running', colour: 'blue' },
    met: { text: 'In time', colour: 'green' },
    missed: { text: 'Run out', colour: 'red' },
  },
  rights: {
    received: { text: 'Received', colour: 'yellow' },
    acknowledged: { text: 'Acknowledged', colour: 'blue' },
    answered: { text: 'Answered', colour: 'green' },
  },
  delivery: {
    waiting: { text: 'Waiting', colour: 'yellow' },
    sent: { text: 'Sent', colour: 'green' },
    failed: { text: 'Not delivered', colour: 'red' },
  },
};

export type LabelKind =
  | 'severity'
  | 'status'
  | 'verdict'
  | 'authorisation'
  | 'encryption'
  | 'action'
  | 'delivery'
  | 'helpdesk'
  | 'rights'
  | 'clock';

export const labelOf = (kind: LabelKind, value: string): Label =>
  LABELS[kind]?.[value] ?? { text: humanise(value), colour: 'grey' };
