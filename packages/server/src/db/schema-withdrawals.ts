/** The tables of withdrawals (clause 4.6); times are milliseconds since the epoch, JSON is text. */

export interface WithdrawalTable {
  organisation: string;
  id: string;
  /** `WD-2026-000001`. */
  ref: string;
  /** `temporary` or `permanent`. */
  mode: string;
  /** JSON: the facilities, of `FACILITIES`. */
  facilities: string;
  /** JSON: the accounts and groups (`group:NAME`) that were named, as they were named. */
  subjects: string;
  /** When what is temporary is given back by itself; null where it is permanent. */
  until: number | null;
  /** When ICT is reminded to look at it again, and when it was. */
  review_at: number | null;
  reviewed_at: number | null;
  reason: string;
  /** The id of the breach that it is about. */
  breach: string | null;
  requested_by: string;
  requested_at: number;
  /** Of one that needs a second person: who decided, when and why. */
  decided_by: string | null;
  decided_at: number | null;
  decision_reason: string | null;
  /** awaiting-approval, refused, ordered, restoring, restored. */
  status: string;
  restored_by: string | null;
  restore_asked_at: number | null;
  restore_reason: string | null;
  /** When everything was given back. */
  ended_at: number | null;
  /** How many parts needed a person when ICT was told last. */
  needing_told: number;
  /** 1 once ICT was told what could not be given back. */
  left_told: number;
}

/** One person's access to one facility in one system: what is carried out, for as many withdrawals as ask for it. */
export interface WithdrawalTargetTable {
  organisation: string;
  id: string;
  /** The id of a person in the register, their account and address as they were when it was first asked for. */
  person: string;
  account: string;
  email: string | null;
  facility: string;
  connector: string;
  /** Rises with each change: whoever has read an older one changes nothing. */
  version: number;
  /** JSON in the connector's own form: what was there before; null where nothing has been taken. */
  before: string | null;
  /** JSON: in words, what taking it changes. */
  changes: string | null;
  /** When the system was last told to take it away, and when reading it showed that it is away. */
  taken_at: number | null;
  proven_at: number | null;
  /** When the system was last told to give it back. */
  given_at: number | null;
  /** JSON: what could not be given back. */
  left_over: string | null;
  /** JSON: the last readings. */
  proof: string | null;
  /** When the address of the last callback that was answered had been given out: an earlier one is used. */
  answered_at: number | null;
  /** `retrying` or `needs-person`, with the reason in words; null where nothing stands in the way. */
  trouble: string | null;
  trouble_words: string | null;
  /** Since when, so that what stands in the way for long is seen. */
  trouble_since: number | null;
}

export interface WithdrawalStepTable {
  organisation: string;
  id: string;
  withdrawal: string;
  /** Null of a dry run: nothing is ever carried out. */
  target: string | null;
  person: string;
  account: string;
  facility: string;
  connector: string;
  /** planned, running, done, proven, retrying, needs-person, restoring, restored, handed-over. */
  status: string;
  /** 1 while the withdrawal holds it: as long as one does, nothing is given back. */
  holds: number;
  /** JSON: of one that has ended, the readings that showed it, and what could not be given back. */
  proof: string | null;
  left_over: string | null;
  changed_at: number;
}

/** What happened to a withdrawal, in order; nothing in it is ever changed. */
export interface WithdrawalEventTable {
  organisation: string;
  withdrawal: string;
  sequence: number;
  at: number;
  actor: string;
  type: string;
  /** The id of the step; null of the whole. */
  step: string | null;
  detail: string;
}

export interface WithdrawalTables {
  withdrawals: WithdrawalTable;
  withdrawal_targets: WithdrawalTargetTable;
  withdrawal_steps: WithdrawalStepTable;
  withdrawal_events: WithdrawalEventTable;
}
