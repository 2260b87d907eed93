/** The tables of authorisations and incidents; times are milliseconds since the epoch, JSON is text. */
export interface AuthorisationTable {
  organisation: string;
  id: string;
  /** `AU-2026-000001`; rises within an organisation and year. */
  ref: string;
  kind: string;
  /** JSON array of the clauses of the policy that it rests on. */
  clauses: string;
  /** requested, approved, refused, withdrawn, revoked. An approved one whose end has come has lapsed, whatever stands here. */
  status: string;
  /** Rises with every act, so that nobody acts on what has changed since they looked. */
  version: number;
  /** JSON of `Subject`. */
  subject: string;
  /** JSON of `AuthorisationScope`. */
  scope: string;
  purpose: string;
  risks: string;
  /** When the risks were accepted, by whom, and by whom that was recorded. */
  accepted_at: number | null;
  accepted_by: string | null;
  acceptance_recorded_by: string | null;
  requested_at: number;
  requested_by: string;
  requested_role: string;
  /** The requester's own name for the request: sent again it makes no second one. */
  request_key: string | null;
  /** The role that was asked to decide. */
  demanded_role: string;
  decided_at: number | null;
  decided_by: string | null;
  decided_role: string | null;
  decision_reason: string | null;
  /** JSON array of texts. */
  conditions: string;
  valid_from: number;
  valid_to: number;
  review_at: number;
  revoked_at: number | null;
  revoked_by: string | null;
  revoked_reason: string | null;
  /** The reference of the incident that it ends with. */
  incident: string | null;
  /** JSON of `SafetyReview`. */
  safety_review: string | null;
  /** When the role was told that it is asked, that the end or the review comes, and that it has lapsed. */
  asked_told_at: number | null;
  end_told_at: number | null;
  review_told_at: number | null;
  lapse_told_at: number | null;
  /** JSON of `Paper`: the fields of form DBC701. */
  paper: string | null;
  /** What became of the paper at the end: returned or destroyed, how, who said so and when; and when somebody was last asked. */
  paper_outcome: string | null;
  paper_how: string | null;
  paper_said_at: number | null;
  paper_said_by: string | null;
  paper_told_at: number | null;
}

/** Append-only: everything that happened to an authorisation. */
export interface AuthorisationEventTable {
  organisation: string;
  authorisation: string;
  sequence: number;
  at: number;
  actor: string;
  type: string;
  /** JSON. */
  detail: string;
}

/** Whom an authorisation concerns, as devices look it up (`keysOfDevice`). */
export interface AuthorisationSubjectTable {
  organisation: string;
  subject_key: string;
  authorisation: string;
}

/** Whose days in a year an approved authorisation takes (`takers.ts`); fixed when it is approved. */
export interface AuthorisationTakerTable {
  organisation: string;
  taker_key: string;
  authorisation: string;
}

/** A declared business-continuity or critical incident (clauses 5.2 and 5.14). */
export interface IncidentTable {
  organisation: string;
  id: string;
  /** `IN-2026-000001`. */
  ref: string;
  title: string;
  description: string;
  /** JSON of the populations that it is for; null for all. */
  populations: string | null;
  declared_at: number;
  declared_by: string;
  declared_role: string;
  ended_at: number | null;
  ended_by: string | null;
  end_reason: string | null;
}

export interface AuthorisationTables {
  authorisations: AuthorisationTable;
  authorisation_events: AuthorisationEventTable;
  authorisation_subjects: AuthorisationSubjectTable;
  authorisation_takers: AuthorisationTakerTable;
  incidents: IncidentTable;
}
