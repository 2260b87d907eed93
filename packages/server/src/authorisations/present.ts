import { iso, isoOrNull } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import type { Caller } from '../access.ts';
import { seesField } from '../people/fields.ts';
import { standing } from './lifecycle.ts';
import { paperDue, paperOf } from './paper.ts';
import { type AuthorisationRow, readEvents, reviewOf, scopeOf, subjectOf } from './store.ts';
import { subjectWords } from './subjects.ts';

function presentPaper(row: AuthorisationRow, now: number) {
  const { paper_outcome: outcome, paper_how: how, paper_said_by: saidBy, paper_said_at: saidAt } = row;
  const due = paperDue(row);
  return {
    paper: paperOf(row),
    paperDueBy: due === null || due.endsAt > now ? null : iso(due.dueAt),
    paperOutcome: outcome === null ? null : { outcome, how, saidBy, saidAt: isoOrNull(saidAt) },
  };
}

/** As the API and the console tell it. */
export const present = (row: AuthorisationRow, now: number) => ({
  ref: row.ref,
  kind: row.kind,
  clauses: JSON.parse(row.clauses) as string[],
  status: standing({ status: row.status, validTo: row.valid_to }, now),
  version: row.version,
  subject: subjectOf(row),
  subjectInWords: subjectWords(subjectOf(row)),
  scope: scopeOf(row),
  purpose: row.purpose,
  risks: row.risks,
  acceptedAt: isoOrNull(row.accepted_at),
  acceptedBy: row.accepted_by,
  acceptanceRecordedBy: row.acceptance_recorded_by,
  requestedBy: row.requested_by,
  requestedRole: row.requested_role,
  requestedAt: iso(row.requested_at),
  recordedFromPaper: row.request_key?.startsWith('paper:') ?? false,
  /** Who was asked to decide. */
  approverRole: row.demanded_role,
  approver: row.decided_by === null ? null : { name: row.decided_by, role: row.decided_role },
  approvedAt: row.status === 'approved' || row.status === 'revoked' ? isoOrNull(row.decided_at) : null,
  decidedAt: isoOrNull(row.decided_at),
  reason: row.decision_reason,
  conditions: JSON.parse(row.conditions) as string[],
  validFrom: iso(row.valid_from),
  validTo: iso(row.valid_to),
  reviewAt: iso(row.review_at),
  revokedAt: isoOrNull(row.revoked_at),
  revokedBy: row.revoked_by,
  revokedReason: row.revoked_reason,
  incident: row.incident,
  safetyReview: reviewOf(row),
  ...presentPaper(row, now),
});
export type AuthorisationView = ReturnType<typeof present>;

/** Without what was found where somebody works, where that is not for the caller. */
export const seenBy = (it: AuthorisationView, caller: Pick<Caller, 'role'>): AuthorisationView =>
  seesField(caller, 'authorisation.safety-review') ? it : { ...it, safetyReview: null };

/** Its history, the newest first. */
export const historyOf = async (db: Db, row: AuthorisationRow) =>
  (await readEvents(db, row.organisation, row.id)).map(({ at, actor, type, detail }) => ({
    at: iso(at),
    actor,
    type,
    detail: JSON.parse(detail) as Record<string, unknown>,
  }));
