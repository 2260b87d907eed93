import { iso, isoOrNull } from '@beadle/shared';
import type { Connector, Reading } from './connector.ts';
import type { StepRow, WithdrawalRow } from './read.ts';
import type { StepAnswer, WithdrawalAnswer } from './schema.ts';

const parsed = <T>(json: string | null, otherwise: T): T => (json === null ? otherwise : (JSON.parse(json) as T));

/** In these a target is on its way: what stands in its way is told. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['retrying', 'needs-person', 'done', 'restoring']);

export const hasBegun = ({ status }: Pick<WithdrawalRow, 'status'>): boolean =>
  status !== 'awaiting-approval' && status !== 'refused';

/** Nothing of a step is ever carried out whose connector was switched off when it was ordered, or is before it is approved. */
export const isDry = (
  withdrawal: Pick<WithdrawalRow, 'status'>,
  step: Pick<StepRow, 'target' | 'connector'>,
  connectors: readonly Connector[],
): boolean =>
  hasBegun(withdrawal)
    ? step.target === null
    : !connectors.some(({ name, enabled }) => name === step.connector && enabled);

export function presentStep(withdrawal: WithdrawalRow, step: StepRow, connectors: readonly Connector[]): StepAnswer {
  const readings = parsed<Reading[] | null>(step.proof, null);
  return {
    id: step.id,
    subject: step.account,
    facility: step.facility,
    connector: step.connector,
    status: step.status,
    dryRun: isDry(withdrawal, step, connectors),
    changes: parsed<string[]>(step.changes, []),
    trouble: ON_ITS_WAY.has(step.status) ? step.trouble_words : null,
    proof: readings?.map((reading) => ({ ...reading, at: iso(reading.at) })) ?? null,
    leftOver: parsed<string[]>(step.left_over, []),
    changedAt: iso(step.changed_at),
  };
}

type Counts = Readonly<Record<string, number>>;

/** How the whole stands, by its steps: never better than the worst of them. */
export function standingOf({ status, live }: Pick<WithdrawalRow, 'status' | 'live'>, counts: Counts): string {
  if (status !== 'ordered' && status !== 'restoring') return status;
  if (!live) return 'dry-run';
  if ((counts['needs-person'] ?? 0) > 0) return 'needs-person';
  if (status === 'restoring') return 'restoring';
  const open = ['planned', 'running', 'done', 'retrying'].some((one) => (counts[one] ?? 0) > 0);
  return open ? 'running' : 'withdrawn';
}

export function presentWithdrawal(row: WithdrawalRow): WithdrawalAnswer {
  return {
    ref: row.ref,
    subjects: JSON.parse(row.subjects) as string[],
    facilities: JSON.parse(row.facilities) as string[],
    mode: row.mode,
    until: isoOrNull(row.until),
    reviewAt: isoOrNull(row.review_at),
    status: standingOf(row, row.counts),
    reason: row.reason,
    breach: row.breach_ref,
    requestedBy: row.requested_by,
    requestedAt: iso(row.requested_at),
    decidedBy: row.decided_by,
    decidedAt: isoOrNull(row.decided_at),
    restoredBy: row.restored_by,
    endedAt: isoOrNull(row.ended_at),
    counts: row.counts,
  };
}
