import type { Facility } from '../facilities.ts';

export { FACILITIES, type Facility } from '../facilities.ts';

/** Whose access a step is about, as the register of people has them. */
export interface Subject {
  readonly organisation: string;
  /** The id in the register of people. */
  readonly person: string;
  /** The account in the directory (`sAMAccountName` or user principal name); null where the register has none. */
  readonly account: string | null;
  readonly email: string | null;
}

/** What a connector keeps of a target for itself, as JSON: it alone reads it again. Never a secret. */
export type Kept = Readonly<Record<string, unknown>>;

/** What was there, in the connector's own form to restore it from, and in words for people. */
export interface Found {
  readonly before: Kept;
  /** What taking it away will change, a line for each: "Disable the account PBRIGGS". None where nothing is there to take. */
  readonly changes: readonly string[];
  /** What it will not reach by itself, and what a person must do about each, before or after; none or absent where all is well. */
  readonly warnings?: readonly string[];
}

/** One reading of the target system, by which an effect is shown. */
export interface Reading {
  /** Which part of the system was read, such as a domain controller's name. */
  readonly where: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** In words: "The account PBRIGGS is disabled". */
  readonly found: string;
  readonly holds: boolean;
}

/**
 * Proven where there is a reading and each of them holds. Until then the step is done, and proof is asked for again; now and
 * then its action is called again too: it may have met a part of the system that had not heard of an earlier change.
 */
export interface Proof {
  readonly readings: readonly Reading[];
}

export interface Restored {
  /** What is no longer there to be given back, each with the reason, for a person to decide; the proof does not ask for it. */
  readonly left: readonly string[];
}

/** What is expected to be seen: that it is withdrawn, or as it was before. */
export type Expected = 'withdrawn' | 'restored';

/**
 * Carries withdrawals out in one real system. Each of its functions may be called again at any time, after a crash at any
 * line: none may assume that an earlier call did or did not reach the system. Each throws `NeedsPerson` where trying again
 * cannot help, and anything else to be tried again.
 */
export interface Connector {
  /** Rises from the settings: `active-directory`, `device`, or a webhook's own name. Kept in each step. */
  readonly name: string;
  /** Which facilities it serves; several connectors may serve one, and each then has its own step. */
  readonly facilities: readonly Facility[];
  /** False until ICT has switched it on: orders are then planned, shown and never carried out. */
  readonly enabled: boolean;
  /** A person does it and says so: nothing is carried out, and nothing is ever proven. */
  readonly byHand?: true;
  /** What is there now. Changes nothing. */
  readonly find: (subject: Subject, facility: Facility, signal: AbortSignal) => Promise<Found>;
  /** Takes away what `before` says was there; changes only what is needed. */
  readonly withdraw: (subject: Subject, facility: Facility, before: Kept, signal: AbortSignal) => Promise<void>;
  /** Reads the system again, in each of its places; never by trying the person's own password. */
  readonly prove: (
    subject: Subject,
    facility: Facility,
    before: Kept,
    expected: Expected,
    signal: AbortSignal,
  ) => Promise<Proof>;
  /** Gives back exactly what `before` says was there, and nothing that somebody else has given or taken meanwhile. */
  readonly restore: (subject: Subject, facility: Facility, before: Kept, signal: AbortSignal) => Promise<Restored>;
  /** What `beadle-server connectors test` shows, a line for each part: reachable, signed in, permitted. Changes nothing. */
  readonly test: (signal: AbortSignal) => Promise<readonly TestLine[]>;
}

export interface TestLine {
  readonly what: string;
  readonly ok: boolean;
  /** What to do where it is not. */
  readonly detail: string;
}

/** Trying again cannot help until a person has done something; the message says what, in words for ICT. */
export class NeedsPerson extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'NeedsPerson';
  }
}
