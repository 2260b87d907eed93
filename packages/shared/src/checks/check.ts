import type { Static, TSchema } from 'typebox';
import type { Judgement } from '../findings/finding.ts';
import { DEVICE_SUBJECT } from '../findings/finding.ts';
import { combineParts, type Part } from './combine.ts';
import { DETAIL_LIMIT, type Known, type Reason, type Severity, type Unknown } from '../findings/verdict.ts';

export const DEVICE_KINDS = ['laptop', 'desktop', 'tablet', 'phone', 'server', 'peripheral', 'other'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const POPULATIONS = ['employee', 'councillor', 'temporary', 'partner', 'contractor', 'agent'] as const;
export type Population = (typeof POPULATIONS)[number];

/** What the council's register says of this device; `null` where nobody has said. */
export interface Register {
  readonly assetTag: string | null;
  readonly serialNumber: string | null;
}

export interface RegisteredStick {
  readonly serial: string;
  readonly encryptsInHardware: boolean;
}

/** What a judgement may depend on beside the facts: what the server knows about the device, and where it is. */
export interface DeviceContext {
  readonly kind: DeviceKind | null;
  readonly population: Population | null;
  readonly groups: readonly string[];
  readonly onCouncilNetwork: Known<boolean>;
  readonly register: Register | null;
  /** `null` where no register of sticks has been given, which is not an empty one. */
  readonly registeredSticks: readonly RegisteredStick[] | null;
}

export interface CheckInput<Facts, Event, Require> {
  readonly require: Require;
  readonly severity: Severity;
  readonly facts: Facts;
  /** What happened since the last cycle; each becomes a finding of its own. */
  readonly events: readonly Event[];
  readonly device: DeviceContext;
  /** When each timed condition (`timed`) was first seen, in milliseconds since the epoch. */
  readonly since: ReadonlyMap<string, number>;
  readonly now: number;
}

/**
 * One check: the facts it rests on, the parameters a policy may set, and a pure evaluation. Facts hold no judgement;
 * the evaluation has no clock and no I/O.
 */
export interface Check<F extends TSchema = TSchema, E extends TSchema = TSchema, R extends TSchema = TSchema> {
  readonly name: string;
  readonly facts: F;
  readonly event: E;
  readonly require: R;
  /** Names of the conditions that hold in these facts and whose age a rule may limit. */
  timed(facts: Static<F>): readonly string[];
  /** Events that the appearance of timed conditions is: a stick that was not there before has been plugged in. */
  appeared?(facts: Static<F>, isNew: (condition: string) => boolean, now: number): readonly Static<E>[];
  /** What makes two reports of an event one event, if they are close in time (`sameEvent`). */
  identify?(event: Static<E>): EventIdentity;
  evaluate(input: CheckInput<Static<F>, Static<E>, Static<R>>): readonly Judgement[];
}

export interface EventIdentity {
  readonly key: string;
  /** As the finding names it. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A stick is announced by the kernel, its log and the next look at the sockets: within this it is one event. */
export const SAME_EVENT_WITHIN_MS = 30_000;

/** Keeps the types of one check while it is written; the registry holds them as plain `Check`. */
export const defineCheck = <F extends TSchema, E extends TSchema, R extends TSchema>(check: Check<F, E, R>) => check;

interface Base {
  readonly severity: Severity;
  readonly now: number;
}

/** A state judgement at `now`. */
export const state = (
  input: Base,
  verdict: Judgement['verdict'],
  rest: { subject?: string; reason?: Reason; observed?: Judgement['observed']; severity?: Severity } = {},
): Judgement => ({
  subject: rest.subject ?? DEVICE_SUBJECT,
  kind: 'state',
  at: input.now,
  verdict,
  ...(rest.reason === undefined ? {} : { reason: rest.reason }),
  severity: rest.severity ?? input.severity,
  observed: rest.observed ?? {},
});

/** One state of all parts of a rule; a rule that asks for nothing is kept. */
export function stateOfParts(input: Base, parts: readonly Part[]): Judgement {
  const { verdict, reason, observed, severity } = combineParts(parts.length > 0 ? parts : [{ verdict: 'pass' }]);
  return state(input, verdict, {
    ...(reason === undefined ? {} : { reason }),
    ...(observed === undefined ? {} : { observed }),
    ...(severity === undefined ? {} : { severity }),
  });
}

export const cannotTell = (input: Base, why: Unknown, subject: string = DEVICE_SUBJECT): Judgement =>
  state(input, 'unknown', {
    subject,
    reason: why.unknown,
    observed: why.detail === undefined ? {} : { detail: why.detail.slice(0, DETAIL_LIMIT) },
  });
