import type { BreachRow } from './store.ts';

/** What stands in a breach about which no person has said or decided anything. */
export const UNTOUCHED = {
  status: 'suspected',
  ended_at: null,
  notified_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  report: null,
  category: null,
  triage: null,
  triaged_at: null,
  contained_at: null,
  assessed_at: null,
  assessed_severity: null,
  assessment: null,
  reported_at: null,
  aware_at: null,
  aware_by: null,
  regulator_decision: null,
  individuals_decision: null,
  owner: null,
  concealed_from: null,
  complies_since: null,
  cluster: null,
  escalations: 0,
} as const satisfies Partial<BreachRow>;
