/** The tables of data protection; times are milliseconds since the epoch, JSON is text. */

/** What must not be erased while it lasts, whatever retention says: for a claim, an investigation or a request. */
export interface LegalHoldTable {
  organisation: string;
  id: string;
  /** `LH-2026-000001`. */
  ref: string;
  /** `breach`, `device` or `person`. */
  kind: string;
  /** The id of a breach or a device within the server, or a person's account. */
  target: string;
  reason: string;
  placed_at: number;
  placed_by: string;
  /** When it ends by itself; null: when somebody ends it. */
  until: number | null;
  ended_at: number | null;
  ended_by: string | null;
  end_reason: string | null;
}

/** One round of erasing what is kept no longer. */
export interface RetentionRunTable {
  organisation: string;
  started_at: number;
  /** What it is at, of `PHASES`. */
  phase: string;
  /** JSON of the place after which it goes on; null at the beginning of a phase. */
  place: string | null;
  /** JSON: how many of each kind it has erased. */
  erased: string;
  ended_at: number | null;
}

export interface DataProtectionTables {
  legal_holds: LegalHoldTable;
  retention_runs: RetentionRunTable;
}
