/** A worker's complaint, objection or request for a correction, and the Data Protection Officer's answer. */
export interface RightsRequestTable {
  organisation: string;
  id: string;
  /** `DP-2026-000001`; rises within an organisation and year. */
  ref: string;
  /** complaint, objection or correction. */
  kind: string;
  /** en or cy: in which it was asked, and whoever asked is told. */
  language: string;
  /** What it is about, where it is about one thing: a breach by its id, or a device and a rule of the policy. */
  breach: string | null;
  device: string | null;
  rule: string | null;
  /** What they said. */
  words: string;
  asked_at: number;
  asked_by: string;
  /** Their account in the list of people, where they were known there: messages go to the address that it has. */
  account: string | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  answered_at: number | null;
  answered_by: string | null;
  /** upheld, upheld-in-part or not-upheld. */
  outcome: string | null;
  answer: string | null;
  /** Of a correction: what stands beside what is recorded, which itself stays as it is. */
  note: string | null;
}

export interface RightsTables {
  rights_requests: RightsRequestTable;
}
