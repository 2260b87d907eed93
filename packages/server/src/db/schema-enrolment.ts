export interface EnrolmentTokenTable {
  organisation: string;
  /** Its secret is derived of it and of a key that is not in the database. */
  id: string;
  /** The device it is for; null for a fleet key. */
  device: string | null;
  created_at: number;
  created_by: string;
  expires_at: number;
  uses_left: number;
  /** What a fleet key is for. */
  name: string | null;
  /** How many devices it may enrol in all; null from before 0026. */
  uses: number | null;
  /** When a fleet key was ended before its time, and who did. */
  revoked_at: number | null;
  revoked_by: string | null;
}

/** A laptop that came with a fleet key and is no registered device that was never enrolled: it waits for ICT. */
export interface PendingEnrolmentTable {
  organisation: string;
  id: string;
  /** The fleet key that it came with. */
  token: string;
  /** The thumbprint of its own key. */
  key_id: string;
  /** What it tells as its serial number and its name. */
  serial_number: string | null;
  name: string | null;
  platform: string;
  release: string;
  /** `serial-unknown`, `serial-unusable`, `serial-shared`, `enrolled-already` or `left-service`. */
  why: string;
  /** The id of the device whose serial number it tells; null for none. */
  seems: string | null;
  /** `waiting`, `approved` or `refused`. */
  status: string;
  /** When it first asked, from which its 30 days count, and last. */
  first_at: number;
  last_at: number;
  decided_at: number | null;
  decided_by: string | null;
  /** Why it was refused; it is told. */
  reason: string | null;
  /** The id of the device that it was approved as, and the generation that this had then. */
  device: string | null;
  generation: number | null;
}

export interface EnrolmentTables {
  enrolment_tokens: EnrolmentTokenTable;
  pending_enrolments: PendingEnrolmentTable;
}
