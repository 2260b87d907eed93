import type { Selectable } from 'kysely';
import type { WithdrawalTargetTable } from '../db/schema-withdrawals.ts';

export type Target = Selectable<WithdrawalTargetTable>;

/** What a person's access to one facility in one system needs next. */
export type Act = 'find' | 'withdraw' | 'prove-withdrawn' | 'restore' | 'prove-restored';

/** So often what is withdrawn is looked at again. */
export const LOOK_AGAIN_MS = 24 * 3_600_000;

/** Nothing is in its way. */
export const SMOOTH = { trouble: null, trouble_words: null, trouble_since: null } as const;
/** Everything is as it was before. */
export const NOTHING_TAKEN = { before: null, changes: null, taken_at: null, proven_at: null, given_at: null } as const;

/** What of a target says how far it is. */
export type Progress = Pick<Target, 'before' | 'taken_at' | 'proven_at' | 'given_at'>;

/**
 * The next thing to do, so that it becomes as it is `wanted`; null where it is. What was there before is on record before
 * anything is taken, and stays there until it is shown to be back: a process that dies between two acts, or in one, begins
 * again with that act. What was shown is looked at again after a day: somebody else may have given it back.
 */
export function nextAct({ before, taken_at, proven_at, given_at }: Progress, wanted: boolean, now: number): Act | null {
  if (wanted) {
    if (before === null) return 'find';
    if (taken_at === null) return 'withdraw';
    return proven_at === null || proven_at <= now - LOOK_AGAIN_MS ? 'prove-withdrawn' : null;
  }
  if (before === null) return null;
  return given_at === null ? 'restore' : 'prove-restored';
}

/** How a step stands. What it is called on screen is in console/withdrawal-words.ts. */
export const STEP_STATUSES = [
  /** Not begun: it waits for a second person, for its turn, or its connector is switched off. */
  'planned',
  'running',
  /** The system was told, and reading it has not shown the effect yet. */
  'done',
  /** Reading the system showed the effect. */
  'proven',
  'retrying',
  'needs-person',
  'restoring',
  'restored',
  /** Another withdrawal still takes it away, and gives it back when it ends. */
  'handed-over',
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Of a step of which nothing is left to do. */
export const ENDED_STEPS: readonly StepStatus[] = ['restored', 'handed-over'];

type Standing = Progress & Pick<Target, 'trouble'>;

/** The status of a step that holds a target which is wanted. */
export function statusWhileHeld({ before, taken_at, proven_at, trouble }: Standing): StepStatus {
  if (proven_at !== null) return 'proven';
  if (trouble === 'needs-person') return 'needs-person';
  if (taken_at !== null) return 'done';
  if (trouble !== null) return 'retrying';
  return before === null ? 'planned' : 'running';
}

/** The status of a step that has let go of its target, while nobody else holds it. */
export function statusWhileGivenBack({ before, trouble }: Standing): StepStatus {
  if (before === null) return 'restored';
  return trouble === 'needs-person' ? 'needs-person' : 'restoring';
}

/** Columns by which an act begins: what an earlier act in the other direction showed holds no longer. */
export const beginning = (act: 'withdraw' | 'restore'): Partial<Progress> =>
  act === 'withdraw' ? { given_at: null } : { taken_at: null, proven_at: null };
