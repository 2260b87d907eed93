/** The tables of custody (clause 4.7); times are milliseconds since the epoch. */

/** A device, a stick or another thing that was seized in an investigation. */
export interface ExhibitTable {
  organisation: string;
  id: string;
  /** `EX-2026-000001`. */
  ref: string;
  /** `device`, `stick` or `other`. */
  kind: string;
  /** The id of a device of the register. */
  device: string | null;
  /** Of a stick, as it stands on it. */
  serial: string | null;
  description: string;
  /** The id of the breach that it is about. */
  breach: string | null;
  /** `held` or `released`. */
  status: string;
  /** 1 while the officer agrees that orders which change it are carried out. */
  orders_agreed: number;
  created_at: number;
}

/** Who had it, where and how it was: what is written stays as it is. */
export interface CustodyEventTable {
  organisation: string;
  exhibit: string;
  sequence: number;
  /** seized, transferred, released, orders-agreed, orders-stopped. */
  type: string;
  /** When it happened, as whoever writes it says, and when it was written. */
  happened_at: number;
  recorded_at: number;
  recorded_by: string;
  handed_by: string | null;
  taken_by: string | null;
  place: string | null;
  condition: string | null;
  seal: string | null;
  note: string | null;
  /** SHA-256 over the one before and this one, in hexadecimal. */
  link: string;
}

export interface ExhibitTables {
  exhibits: ExhibitTable;
  custody_events: CustodyEventTable;
}
