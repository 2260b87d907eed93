import type { BreachRow } from '../store.ts';
import { TOLD_WEEKLY } from '../told-weekly.ts';

/** What breaches of one rule have in common, in words that a page can show. */
export type Cause = Readonly<Record<string, string>>;

/** Of what a check tells, what sets one cause from another. Where nothing does, the rule itself is the cause. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  'malware-protection': ['product'],
  patches: ['system'],
};

function textsOf(observed: string, names: readonly string[]): Cause {
  const seen = JSON.parse(observed) as Record<string, unknown>;
  return Object.fromEntries(
    names.flatMap((name) => (typeof seen[name] === 'string' ? [[name, seen[name]] as const] : [])),
  );
}

/**
 * What makes devices' failings one item: what is ICT's to mend fails on many devices from one cause, such as a driver.
 * What a person did is never lumped together with another's, and devices that are not heard from stand in a list of
 * their own.
 */
export function causeOf({
  kind,
  duty,
  check_name: check,
  observed,
}: Pick<BreachRow, 'kind' | 'duty' | 'check_name' | 'observed'>): Cause | null {
  if (duty !== 'ict' || kind !== 'state' || check === TOLD_WEEKLY) return null;
  return textsOf(observed, TELLING[check] ?? []);
}
