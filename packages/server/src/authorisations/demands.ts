import {
  after,
  type AuthorisationScope,
  daysInYear,
  type Duration,
  modeOf,
  type Population,
  type Role,
  type Rule,
} from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { policyInForce } from '../policies/store.ts';
import { kindNamed, KINDS } from './kinds.ts';
import type { Demands } from './lifecycle.ts';
import { demandedOf } from './ranks.ts';

interface Asking {
  readonly kind: string;
  readonly scope: AuthorisationScope;
  /** Those whom it is for. */
  readonly populations: readonly (Population | null)[];
}

interface Rules {
  readonly population: Population | null;
  readonly rules: readonly Rule[];
}

async function rulesFor(db: Db | Tx, organisation: string, populations: Asking['populations'], at: number) {
  const found: Rules[] = [];
  for (const population of populations) {
    const policy = await policyInForce(db, organisation, { population, at });
    found.push({ population, rules: (policy?.document.rules ?? []).filter((rule) => modeOf(rule) !== 'off') });
  }
  return found;
}

const exemptionsOf = (rule: Rule, kind: string) => (rule.exemptions ?? []).filter((one) => one.kind === kind);

const shortest = (durations: readonly Duration[]): Duration | undefined =>
  durations.toSorted((a, b) => after(0, a) - after(0, b))[0];

const least = (caps: readonly Duration[]): number | null =>
  caps.length === 0 ? null : Math.min(...caps.map(daysInYear));

/** Every kind that may be asked for now: those of the policies in force for somebody, and those of the clauses. */
export async function kindsNow(db: Db | Tx, organisation: string, at: number): Promise<readonly string[]> {
  const rules = await rulesFor(db, organisation, [null], at);
  const named = rules.flatMap(({ rules: all }) =>
    all.flatMap(({ exemptions = [] }) => exemptions.map(({ kind }) => kind)),
  );
  return [...new Set([...KINDS.map(({ kind }) => kind), ...named])];
}

/**
 * What the policies in force at `at` ask of an authorisation, for each population that it is for; the kind's own defaults
 * where they do not name it. Where several rules name it, the strictest holds: whoever wants it longer names the one
 * rule (`scope.rules`). Throws `authorisation-incomplete` where nothing knows the kind.
 */
export async function demandsOf(
  db: Db | Tx,
  organisation: string,
  { kind, scope, populations }: Asking,
  at: number,
): Promise<Demands & { readonly clauses: readonly string[] }> {
  const own = kindNamed(kind);
  const named = (await rulesFor(db, organisation, populations, at)).flatMap(({ population, rules }) =>
    rules
      .filter(({ id }) => scope.rules?.includes(id) ?? true)
      .flatMap((rule) => exemptionsOf(rule, kind).map((one) => ({ ...one, population, clause: rule.clause }))),
  );
  if (scope.rules !== undefined && named.length === 0)
    throw problem(
      'authorisation-incomplete',
      `No rule of the policy in force lets ${kind} excuse ${scope.rules.join(', ')}.`,
    );
  if (own === undefined && named.length === 0) {
    const known = await kindsNow(db, organisation, at);
    throw problem(
      'authorisation-incomplete',
      `Nothing in force knows the kind ${kind}. These can be asked for: ${known.join(', ')}.`,
    );
  }
  const roles: Role[] =
    named.length > 0
      ? named.map(({ approver, population }) => demandedOf(approver, population))
      : populations.map((population) => demandedOf(own?.approver ?? 'siro', population));
  return {
    roles: [...new Set(roles)],
    maximum: shortest(named.map(({ maximum }) => maximum)) ?? own?.maximum ?? 'P1Y',
    minimum: own?.minimum ?? null,
    maximumInYear: least(named.flatMap(({ maximumInYear }) => maximumInYear ?? [])),
    needsIncident: own?.needsIncident ?? false,
    needsSafetyReview: own?.needsSafetyReview ?? false,
    clauses: named.length > 0 ? [...new Set(named.map(({ clause }) => clause))] : (own?.clauses ?? []),
  };
}
