import { DEVICE_STATES, type DeviceState, iso, SETTABLE_STATES } from '@beadle/shared';
import Type from 'typebox';
import type { DeviceRow } from './read.ts';
import { problem } from '../errors.ts';

const DAY_MS = 86_400_000;
const LONGEST_QUIET_MS = 366 * DAY_MS;

/** The part of a change to a device that says whether it is expected to call. */
export const StateChange = {
  state: Type.Optional(
    Type.Enum([...SETTABLE_STATES], {
      description: `one of ${SETTABLE_STATES.join(', ')}: only one in service must call`,
    }),
  ),
  quietUntil: Type.Optional(
    Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: 'with state quiet: the day, such as 2026-12-01, from which the device is expected to call again',
    }),
  ),
  stateReason: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '^[^\\u0000-\\u001f\\u007f]+$',
      description: 'why, for the audit log; not with state quiet, which carries no reason',
    }),
  ),
};

export interface AskedState {
  readonly state?: DeviceState | undefined;
  readonly quietUntil?: string | undefined;
  readonly stateReason?: string | undefined;
}

const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

function quietUntil({ quietUntil: day }: AskedState, now: number): number {
  const at = day === undefined ? Number.NaN : startOf(day);
  if (Number.isNaN(at) || iso(at).slice(0, 10) !== day)
    throw problem('validation', 'quietUntil must be a day such as 2026-12-01 where the state is quiet.');
  if (at <= now || at > now + LONGEST_QUIET_MS)
    throw problem('validation', 'quietUntil must be a day after today, and at most a year from now.');
  return at;
}

/**
 * The columns that a change of state sets; none where no state is asked for. Throws `validation`. A quiet time carries no
 * reason: why somebody is away is no matter for this register (invariant 10).
 */
export function stateColumns(asked: AskedState, now: number) {
  const { state, quietUntil: day, stateReason } = asked;
  if (state !== 'quiet' && day !== undefined) throw problem('validation', 'quietUntil goes with the state quiet only.');
  if (state === undefined && stateReason !== undefined)
    throw problem('validation', 'stateReason goes with a state only.');
  if (state === 'quiet' && stateReason !== undefined)
    throw problem('validation', 'A quiet time carries no reason: leave stateReason out.');
  if (state === undefined) return undefined;
  return {
    state: state === 'in-service' ? null : state,
    state_since: now,
    quiet_until: state === 'quiet' ? quietUntil(asked, now) : null,
  };
}

type Row = Pick<DeviceRow, 'state' | 'state_since' | 'quiet_until'>;

export interface CurrentState {
  readonly state: DeviceState;
  /** Since when it is in service again; null where it always was, or is not. */
  readonly inServiceSince: number | null;
  /** Null unless it is quiet now. */
  readonly quietUntil: number | null;
}

/** What the register says at a moment: a quiet time ends by itself. */
export function stateAt({ state, state_since, quiet_until }: Row, now: number): CurrentState {
  if (state === 'quiet' && quiet_until !== null && quiet_until <= now)
    return { state: 'in-service', inServiceSince: quiet_until, quietUntil: null };
  const known = DEVICE_STATES.find((one) => one === state) ?? 'in-service';
  if (known === 'in-service') return { state: known, inServiceSince: state_since, quietUntil: null };
  return { state: known, inServiceSince: null, quietUntil: known === 'quiet' ? quiet_until : null };
}
