/** The tables of people and of what the council has registered beside devices; days are texts such as `2026-11-01`. */

export interface PersonTable {
  organisation: string;
  id: string;
  /** The name that the person signs in to the council's directory with, in lower case: what imports know them by. */
  account: string;
  name: string;
  email: string | null;
  population: string;
  /** The manager's account. */
  line_manager: string | null;
  starts_on: string | null;
  ends_on: string | null;
  /** Away, without a reason (invariant 10); without an end until further notice. */
  absent_from: string | null;
  absent_until: string | null;
  /** 1 where the directory says that the account cannot sign in. */
  disabled: number;
  /** `csv` or `directory`: which import has them; `hand`: none, a person added them. */
  source: string;
  created_at: number;
  changed_at: number;
  /** When the import that had them had them no longer. */
  gone_at: number | null;
}

export interface PeopleGroupTable {
  organisation: string;
  name: string;
  /** `csv` or `directory`: which import says who is in it; `hand`: a person made it. */
  source: string;
  created_at: number;
}

export interface PeopleGroupMemberTable {
  organisation: string;
  group_name: string;
  /** A person's id. */
  person: string;
}

export interface RoleHolderTable {
  organisation: string;
  id: string;
  role: string;
  /** A person's id. */
  person: string;
  /** `holder` or `deputy`. */
  standing: string;
  starts_on: string | null;
  ends_on: string | null;
  created_at: number;
  created_by: string;
}

export interface StickTable {
  organisation: string;
  /** The serial in lower case: systems differ in the case they tell it in. */
  serial_key: string;
  serial: string;
  encrypts_in_hardware: number;
  holder: string | null;
  note: string | null;
  retired: number;
  created_at: number;
  changed_at: number;
}

export interface PrinterTable {
  organisation: string;
  id: string;
  pattern_key: string;
  /** Over the port, the device URI or `\\server\queue`. */
  pattern: string;
  class: string;
  note: string | null;
  classified_by: string;
  classified_at: number;
}

/** One row a register that was ever given: without one nothing is known, which is not an empty register. */
export interface RegisterTable {
  organisation: string;
  /** `people`, `sticks` or `printers`. */
  name: string;
  /** The hash of what it says: what that names never changes, in whichever database. */
  version: string;
  changed_at: number;
}

/** One cell that a person changed beside the lists; it goes where an import takes the change back. */
export interface HandChangeTable {
  organisation: string;
  /** `people`, `devices`, `sticks` or `printers`. */
  register: string;
  row_key: string;
  /** A column of the register, or `gone` where the whole row was taken out. */
  column_name: string;
  changed_by: string;
  changed_at: number;
}

export interface PeopleTables {
  people: PersonTable;
  people_groups: PeopleGroupTable;
  people_group_members: PeopleGroupMemberTable;
  role_holders: RoleHolderTable;
  sticks: StickTable;
  printers: PrinterTable;
  registers: RegisterTable;
  hand_changes: HandChangeTable;
}
