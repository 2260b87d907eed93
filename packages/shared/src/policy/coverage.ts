import { SERVER_JUDGED } from '../checks/later.ts';
import { checkNamed } from '../checks/registry.ts';
import { modeOf, type PolicyDocument, type Rule, type SERVED } from './document.ts';

export const HOW_KEPT = ['kept', 'kept-in-part', 'off', 'record', 'response', 'procedure', 'later'] as const;
export type HowKept = (typeof HOW_KEPT)[number];

/** One clause of the written policy, and how it is kept. */
export interface ClauseCoverage {
  readonly clause: string;
  readonly says: string;
  /**
   * `kept` by rules that are on; `off` where its only rules are switched off, `later` where their checks cannot be made
   * yet; else as the policy says.
   */
  readonly how: HowKept;
  readonly rules: readonly { readonly id: string; readonly check: string; readonly mode: string }[];
  /** What is open, where a clause is kept in part or later. */
  readonly note: string | null;
}

const isMade = (check: string): boolean => checkNamed(check) !== undefined || SERVER_JUDGED.includes(check);

function byRule(rule: Rule): HowKept {
  if (modeOf(rule) === 'off') return 'off';
  return isMade(rule.check) ? 'kept' : 'later';
}

/** Of several rules the one that keeps most of the clause. */
const MOST_FIRST = ['kept', 'later', 'off'] as const;

function byRules(rules: readonly Rule[]): HowKept | undefined {
  const each = rules.map(byRule);
  return MOST_FIRST.find((how) => each.includes(how));
}

/** What the policy says of a clause counts as far as its rules allow: a part that is switched off keeps nothing. */
function howKept(rules: HowKept | undefined, served: (typeof SERVED)[number]): HowKept {
  if (rules === 'kept') return 'kept-in-part';
  if (served === 'part') return rules ?? 'kept-in-part';
  return served;
}

/** Accounts for every clause that the policy names, once each, in the order of their numbers. */
export function coverageOfPolicy({ rules, clauses = [] }: PolicyDocument): ClauseCoverage[] {
  const listed = new Map(clauses.map((clause) => [clause.clause, clause]));
  const named = [...new Set([...rules, ...clauses].map(({ clause }) => clause))];
  return named
    .map((clause): ClauseCoverage => {
      const own = rules.filter((rule) => rule.clause === clause);
      const entry = listed.get(clause);
      const kept = byRules(own);
      return {
        clause,
        says: own[0]?.says ?? entry?.says ?? '',
        how: entry === undefined ? (kept ?? 'later') : howKept(kept, entry.served),
        rules: own.map((rule) => ({ id: rule.id, check: rule.check, mode: modeOf(rule) })),
        note: entry?.note ?? null,
      };
    })
    .toSorted((a, b) => a.clause.localeCompare(b.clause, 'en', { numeric: true }));
}
