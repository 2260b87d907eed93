import { IMPLIED_AGENT_HEALTH, type PolicyDocument, type Rule, rulesOf } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { generalPolicy, policyOfVersion, type StoredPolicy } from './store.ts';

export interface ToldFirst {
  readonly reportTo: PolicyDocument['reportTo'];
  readonly policyTitle: string;
}

/** Whom the policy names as the first to be told (invariant 7); the Information Security Team Leader where there is none. */
export function toldFirst(policy: StoredPolicy | undefined): ToldFirst {
  const { reportTo = 'information-security-team-leader', title: policyTitle = 'policy' } = policy?.document ?? {};
  return { reportTo, policyTitle };
}

export interface FoundRule extends ToldFirst {
  readonly rule: Rule;
}

/** The rule by which a finding was judged, as its version had it; else as the version in force has it. */
export async function ruleOfFinding(
  db: Db | Tx,
  organisation: string,
  finding: { readonly rule: string; readonly policyVersion: string },
  at: number,
): Promise<FoundRule | undefined> {
  const judged = await policyOfVersion(db, organisation, finding.policyVersion);
  const policy = judged ?? (await generalPolicy(db, organisation, at));
  const rule = policy === undefined ? undefined : rulesOf(policy.document).find(({ id }) => id === finding.rule);
  const told = toldFirst(policy);
  if (rule !== undefined) return { rule, ...told };
  return finding.rule === IMPLIED_AGENT_HEALTH.id ? { rule: IMPLIED_AGENT_HEALTH, ...told } : undefined;
}
