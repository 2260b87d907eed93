import { isKnown, type Known } from '../findings/verdict.ts';
import { checkNamed } from './registry.ts';

/** Facts about one check at one moment, and what happened since the last; holds no judgement. */
export interface Observation {
  readonly facts: Known<unknown>;
  readonly events: readonly unknown[];
}

/** The names, with the check's before them, of the timed conditions that hold in these observations. */
export function timedConditions(observations: ReadonlyMap<string, Observation>): string[] {
  return [...observations].flatMap(([name, { facts }]) =>
    isKnown(facts) ? (checkNamed(name)?.timed(facts.known) ?? []).map((condition) => `${name}/${condition}`) : [],
  );
}

/** Events that follow from conditions which were not there before, by check. */
export function appearedEvents(
  observations: ReadonlyMap<string, Observation>,
  since: ReadonlyMap<string, number>,
  now: number,
): Map<string, readonly unknown[]> {
  const events = new Map<string, readonly unknown[]>();
  for (const [name, { facts }] of observations) {
    const check = checkNamed(name);
    if (!isKnown(facts) || check?.appeared === undefined) continue;
    events.set(
      name,
      check.appeared(facts.known, (condition) => !since.has(`${name}/${condition}`), now),
    );
  }
  return events;
}
