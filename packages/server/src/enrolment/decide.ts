import type { Match } from './match.ts';

const DAY_MS = 86_400_000;
/** Whoever has not been decided about by then begins anew. */
export const WAITS_FOR_MS = 30 * DAY_MS;

export type PendingStatus = 'waiting' | 'approved' | 'refused';

/** What a request by a fleet key is decided by. */
export interface Asked {
  /** Undefined where there is no such key, or it has been revoked. */
  readonly key: { readonly expires_at: number; readonly uses_left: number } | undefined;
  /** What is known of this laptop's own key; undefined where it never asked. */
  readonly pending: { readonly status: PendingStatus; readonly first_at: number } | undefined;
  /** Of an approved one: whether the device is as it was when ICT approved. */
  readonly isAsApproved: boolean;
  readonly match: Match['kind'];
  readonly now: number;
}

/**
 * `by-serial`: it is a registered device that was never enrolled. `by-approval`: ICT has said which one it is. `wait`: ICT
 * is to say. `refused`: ICT has said no. `not-valid`: the fleet key enrols nothing.
 */
export type Decision = 'by-serial' | 'by-approval' | 'wait' | 'refused' | 'not-valid';

export const hasEnded = ({ first_at }: { readonly first_at: number }, now: number): boolean =>
  first_at + WAITS_FOR_MS <= now;

/**
 * Pure: what becomes of a laptop that asks with a fleet key. A person's decision stands before everything, but for the
 * end of the key; a device that has been enrolled is reached by a decision alone.
 */
export function decide({ key, pending: kept, isAsApproved, match, now }: Asked): Decision {
  if (key === undefined) return 'not-valid';
  const pending = kept === undefined || hasEnded(kept, now) ? undefined : kept;
  if (pending?.status === 'refused') return 'refused';
  if (pending?.status === 'approved' && isAsApproved) return 'by-approval';
  const isLive = key.expires_at > now && key.uses_left > 0;
  if (!isLive) return pending === undefined ? 'not-valid' : 'wait';
  return match === 'never-enrolled' ? 'by-serial' : 'wait';
}

const [MINUTE_S, HOUR_S] = [60, 3600] as const;

/** When to ask again, in seconds: soon while somebody may be at the laptop, and hourly after a day. */
export function askAgainAfter(waitedMs: number): number {
  const waited = waitedMs / 1000;
  if (waited < HOUR_S) return 5 * MINUTE_S;
  return waited < 24 * HOUR_S ? 15 * MINUTE_S : HOUR_S;
}

/** A refusal may be followed by another laptop's key alone: asking more often changes nothing. */
export const AFTER_REFUSAL_S = 24 * HOUR_S;
