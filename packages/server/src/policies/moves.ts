import { modeOf, type PolicyDocument, type Population, POPULATIONS } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { policyInForce } from './store.ts';

/** Rules that report and did not before, or did for others: a rule may be moved for one group after another. */
export function movesBetween(before: PolicyDocument | undefined, after: PolicyDocument): string[] {
  const covers = (rule: PolicyDocument['rules'][number]) => JSON.stringify(rule.covers ?? null);
  const old = new Map((before?.rules ?? []).filter((rule) => modeOf(rule) === 'report').map((rule) => [rule.id, rule]));
  return after.rules
    .filter((rule) => modeOf(rule) === 'report')
    .filter((rule) => {
      const reported = old.get(rule.id);
      return reported === undefined || covers(reported) !== covers(rule);
    })
    .map(({ id }) => id);
}

/** The populations that a document is written for; null among them stands for those of whom nobody has said. */
export const populationsOf = ({ populations }: PolicyDocument): readonly (Population | null)[] =>
  populations ?? [null, ...POPULATIONS];

/** The rules of a document that would report for anybody for whom they do not now. */
export async function movesToReport(
  db: Db | Tx,
  organisation: string,
  document: PolicyDocument,
  at: number,
): Promise<readonly string[]> {
  const moved = new Set<string>();
  for (const population of populationsOf(document)) {
    const before = await policyInForce(db, organisation, { population, at });
    for (const rule of movesBetween(before?.document, document)) moved.add(rule);
  }
  return [...moved];
}
