import type { Assessment } from '../../packages/server/src/breaches/life/assessment.ts';
import type { PersonReport } from '../../packages/server/src/breaches/reporting.ts';

/** What somebody reported, and what came of it. */
export interface Reported {
  /** How much of the history lies before it. */
  readonly share: number;
  readonly said: Omit<PersonReport, 'happenedAt' | 'device'>;
  readonly outcome: 'not-a-breach' | 'near-miss' | 'confirmed';
  readonly reason: string;
  readonly measures?: string;
  readonly assessed?: Partial<Omit<Assessment, 'factors'>> & { readonly factors?: Partial<Assessment['factors']> };
  /** Where the assessment asks for a decision: why the regulator is not told. */
  readonly notTold?: string;
  /** Not decided yet, so that it stays open. */
  readonly isOpen?: true;
  readonly lessons: string;
}
