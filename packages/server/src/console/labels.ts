import type { Phrase } from './language/say.ts';
import { humanise } from './words.ts';

export interface Label {
  readonly text: string;
  /** The tag's colour, which never says anything that its text does not. */
  readonly colour: string;
}

type Labels<Tag extends Label> = Readonly<Record<string, Tag>>;
/** Those that stand on a worker's pages, which are in both languages. */
type InBoth = Readonly<
  Record<'status' | 'action' | 'authorisation' | 'rights', Labels<Label & { readonly text: Phrase }>>
>;

const LABELS: InBoth & Readonly<Record<string, Labels<Label>>> = {
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
  order: {
    ordered: { text: 'Not answered yet', colour: 'yellow' },
    'in-force': { text: 'In force', colour: 'red' },
    lifting: { text: 'Not answered yet', colour: 'yellow' },
    lifted: { text: 'Lifted', colour: 'green' },
    over: { text: 'Over', colour: 'grey' },
    lapsed: { text: 'Ended by itself', colour: 'grey' },
    released: { text: 'Ended with the code', colour: 'teal' },
    shown: { text: 'Shown', colour: 'green' },
    sent: { text: 'Sent', colour: 'green' },
    'too-late': { text: 'Came too late', colour: 'grey' },
    failed: { text: 'Could not be done', colour: 'orange' },
    unsupported: { text: 'Cannot be done there', colour: 'orange' },
  },
  withdrawal: {
    'awaiting-approval': { text: 'Waits for a second person', colour: 'yellow' },
    refused: { text: 'Refused', colour: 'grey' },
    'dry-run': { text: 'Nothing withdrawn', colour: 'grey' },
    running: { text: 'Being withdrawn', colour: 'blue' },
    'needs-person': { text: 'Needs a person', colour: 'red' },
    withdrawn: { text: 'Withdrawn', colour: 'magenta' },
    restoring: { text: 'Being given back', colour: 'blue' },
    restored: { text: 'Given back', colour: 'green' },
  },
  step: {
    planned: { text: 'Not begun', colour: 'grey' },
    running: { text: 'Being withdrawn', colour: 'blue' },
    done: { text: 'Told, not shown yet', colour: 'yellow' },
    proven: { text: 'Withdrawn, shown', colour: 'magenta' },
    retrying: { text: 'Being tried again', colour: 'orange' },
    'needs-person': { text: 'Needs a person', colour: 'red' },
    restoring: { text: 'Being given back', colour: 'blue' },
    restored: { text: 'Given back', colour: 'green' },
    'handed-over': { text: 'Held by another', colour: 'purple' },
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
  | 'order'
  | 'withdrawal'
  | 'step'
  | 'clock';

export const labelOf = (kind: LabelKind, value: string): Label =>
  LABELS[kind]?.[value] ?? { text: humanise(value), colour: 'grey' };
