/** What is broken or damaged (clauses 5.7 and 5.13). It is no breach, and stands on nobody's record. */
export interface HelpdeskRecordTable {
  organisation: string;
  id: string;
  /** `HD-2026-000001`; rises within an organisation and year. */
  ref: string;
  /** fault or damage. */
  kind: string;
  /** Null where whoever reported it did not say, or it is about something else. */
  device: string | null;
  description: string;
  /** When it happened, as far as whoever reported it knows. */
  happened_at: number | null;
  reported_at: number;
  reported_by: string;
  /** The ids of the messages by which ICT and, of damage, the insurance officer are told: when they were, is theirs. */
  ict_notice: string;
  insurance_notice: string | null;
  closed_at: number | null;
  closed_by: string | null;
  close_reason: string | null;
}

export interface HelpdeskTables {
  helpdesk_records: HelpdeskRecordTable;
}
