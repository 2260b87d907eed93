import type { RightsKind } from '../deadlines/rights-dates.ts';
import type { Outcome } from '../rights/schema.ts';
import type { Phrase } from './language/say.ts';

export const RIGHTS_WORDS: Readonly<Record<RightsKind, Phrase>> = {
  complaint: 'Complaint',
  objection: 'Objection',
  correction: 'Correction',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, Phrase>> = {
  upheld: 'Upheld',
  'upheld-in-part': 'Upheld in part',
  'not-upheld': 'Not upheld',
};
