import { hash } from 'node:crypto';

export interface CurrentState {
  readonly rule: string;
  readonly subject: string;
  readonly verdict: string;
  readonly policyVersion: string;
}

/**
 * SHA-256 over the current states, one JSON array a line, lines sorted by their UTF-8 bytes. Device and server compare
 * it, so that a server which has lost a transition notices.
 */
export function stateDigest(states: readonly CurrentState[]): string {
  const lines = states.map((s) => Buffer.from(`${JSON.stringify([s.rule, s.subject, s.verdict, s.policyVersion])}\n`));
  return hash('sha256', Buffer.concat(lines.toSorted((a, b) => Buffer.compare(a, b))), 'hex');
}

/** A `not-applicable` for one of these reasons ends a state on both sides; any other verdict is a state. */
export const endsState = (verdict: string, reason: string | null | undefined): boolean =>
  verdict === 'not-applicable' && (reason === 'gone' || reason === 'rule-ended');
