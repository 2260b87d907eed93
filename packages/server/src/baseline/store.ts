import type { Selectable } from 'kysely';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import type { BaselineDecisionTable } from '../db/schema.ts';
import type { Proposal } from './proposals.ts';

export type Decision = Pick<
  Selectable<BaselineDecisionTable>,
  'item' | 'decision' | 'reason' | 'decided_by' | 'decided_at'
>;

export async function readDecisions(db: Db | Tx, organisation: string): Promise<ReadonlyMap<string, Decision>> {
  const rows = await db
    .selectFrom('baseline_decisions')
    .select(['item', 'decision', 'reason', 'decided_by', 'decided_at'])
    .where('organisation', '=', organisation)
    .execute();
  return new Map(rows.map((row) => [row.item, row]));
}

export interface Decided {
  readonly proposal: Proposal;
  readonly decision: 'accepted' | 'refused';
  readonly reason: string;
}

interface By {
  readonly organisation: string;
  readonly by: string;
  readonly at: number;
}

/** Keeps what somebody decided about an item, with the reason in the audit log; the last decision holds. */
export async function decide(
  tx: Tx,
  { proposal, decision, reason }: Decided,
  { organisation, by, at }: By,
): Promise<void> {
  const said = { decision, reason, decided_by: by, decided_at: at };
  await tx
    .insertInto('baseline_decisions')
    .values({ organisation, item: proposal.id, ...said })
    .onConflict((conflict) => conflict.columns(['organisation', 'item']).doUpdateSet(said))
    .execute();
  const { kind, name, devices } = proposal;
  const act = { organisation, at, actor: by, action: `baseline-item-${decision}`, target: `baseline:${proposal.id}` };
  await recordAct(tx, { ...act, detail: { kind, name, devices, reason } });
}
