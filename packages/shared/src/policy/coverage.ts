import { modeOf, type PolicyDocument, type SERVED } from './document.ts';

/** One clause of the written policy, and how it is kept. */
export interface ClauseCoverage {
  readonly clause: string;
  readonly says: string;
  /** `kept` by rules that are on; `off` where its only rules are switched off; else as the policy says. */
  readonly how: 'kept' | 'kept-in-part' | 'off' | 'record' | 'response' | 'procedure' | 'later';
  readonly rules: readonly { readonly id: string; readonly check: string; readonly mode: string }[];
  readonly note: string | null;
}

/** What the policy says of a clause counts as far as its rules allow: a part that is switched off keeps nothing. */
function howKept(byRules: ClauseCoverage['how'] | undefined, served: (typeof SERVED)[number]): ClauseCoverage['how'] {
  if (byRules === 'kept') return 'kept-in-part';
  if (served === 'part') return byRules === 'off' ? 'off' : 'kept-in-part';
  return served;
}

/** Accounts for every clause that the policy names, in the order of their numbers. */
export function coverageOfPolicy(policy: PolicyDocument): ClauseCoverage[] {
  const clauses = new Map<string, ClauseCoverage>();
  for (const rule of policy.rules) {
    const before = clauses.get(rule.clause);
    const mode = modeOf(rule);
    clauses.set(rule.clause, {
      clause: rule.clause,
      says: before?.says ?? rule.says,
      how: mode !== 'off' || before?.how === 'kept' ? 'kept' : 'off',
      rules: [...(before?.rules ?? []), { id: rule.id, check: rule.check, mode }],
      note: null,
    });
  }
  for (const { clause, says, served, note } of policy.clauses ?? []) {
    const before = clauses.get(clause);
    clauses.set(clause, {
      clause,
      says: before?.says ?? says,
      how: howKept(before?.how, served),
      rules: before?.rules ?? [],
      note: note ?? before?.note ?? null,
    });
  }
  return [...clauses.values()].toSorted((a, b) => a.clause.localeCompare(b.clause, 'en', { numeric: true }));
}
