import type { Judgement } from '../findings/finding.ts';
import type { Reason, Severity, Verdict } from '../findings/verdict.ts';

/** Parts combine: any fail is a fail, else any unknown is unknown, else pass. */
const WEIGHT: Record<Verdict, number> = { fail: 4, unknown: 3, exempt: 2, pass: 1, 'not-applicable': 0 };

export interface Part {
  readonly verdict: Verdict;
  readonly reason?: Reason | undefined;
  readonly observed?: Judgement['observed'];
  readonly severity?: Severity;
}

/** The part that decides, with what every part saw. At least one part. */
export function combineParts(parts: readonly Part[]): Part {
  const worst = parts.reduce((a, b) => (WEIGHT[b.verdict] > WEIGHT[a.verdict] ? b : a));
  return { ...worst, observed: Object.assign({}, ...parts.map((part) => part.observed ?? {}), worst.observed ?? {}) };
}

/** One judgement a subject: where a subject has both a state and an event, the worse one stands, the event first. */
export function onePerSubject(judgements: readonly Judgement[]): Judgement[] {
  const bySubject = new Map<string, Judgement>();
  for (const judgement of judgements) {
    const other = bySubject.get(judgement.subject);
    const worse = other === undefined || WEIGHT[judgement.verdict] > WEIGHT[other.verdict];
    const sameButEvent =
      other !== undefined &&
      WEIGHT[judgement.verdict] === WEIGHT[other.verdict] &&
      judgement.kind === 'event' &&
      other.kind === 'state';
    if (worse || sameButEvent) bySubject.set(judgement.subject, judgement);
  }
  return [...bySubject.values()];
}
