import { modeOf, type PolicyDocument, type Rule, rulesOf } from '@beadle/shared';

export interface PlannedRule {
  readonly before: Rule | undefined;
  readonly after: Rule | undefined;
  /** Nothing about the rule changes. */
  readonly isSame: boolean;
  /** What it finds does not change, whatever becomes of what is found. */
  readonly judgesTheSame: boolean;
}

/** What a policy would change for one population. */
export interface Plan {
  /** The policy would be in force for this population. */
  readonly concerned: boolean;
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument | undefined;
  readonly rules: ReadonlyMap<string, PlannedRule>;
  /** Checks whose events a rule in force looks for. */
  readonly looked: ReadonlySet<string>;
}

const judging = ({ check, require, covers, exemptions }: Rule): string =>
  JSON.stringify([check, require, covers ?? null, exemptions ?? []]);

function planRule(before: Rule | undefined, after: Rule | undefined): PlannedRule {
  const both = before !== undefined && after !== undefined;
  const isSame = both && JSON.stringify(before) === JSON.stringify(after);
  const off = both && (modeOf(before) === 'off') === (modeOf(after) === 'off');
  return { before, after, isSame, judgesTheSame: isSame || (both && off && judging(before) === judging(after)) };
}

function planRules(before: PolicyDocument | undefined, after: PolicyDocument | undefined): Map<string, PlannedRule> {
  const [old, next] = [before, after].map(
    (policy) => new Map((policy === undefined ? [] : rulesOf(policy)).map((rule) => [rule.id, rule])),
  ) as [Map<string, Rule>, Map<string, Rule>];
  const ids = new Set([...next.keys(), ...old.keys()]);
  return new Map([...ids].map((id) => [id, planRule(old.get(id), next.get(id))]));
}

/** What would change where `after` took the place of `before`; undefined where it is not to be anybody's. */
export function planOf(before: PolicyDocument | undefined, after: PolicyDocument | undefined): Plan {
  const looking = (before?.rules ?? []).filter((rule) => modeOf(rule) !== 'off');
  return {
    concerned: after !== undefined,
    before,
    after,
    rules: planRules(before, after),
    looked: new Set(looking.map(({ check }) => check)),
  };
}
