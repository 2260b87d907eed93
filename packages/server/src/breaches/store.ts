import { iso } from '@beadle/shared';
import type { Insertable, Selectable } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { BreachTable } from '../db/schema.ts';

export type BreachRow = Selectable<BreachTable>;

/** `BR-2026-000001`: rises within an organisation and a year, and is never given twice. */
export async function nextReference(tx: Tx, organisation: string, at: number): Promise<string> {
  const year = iso(at).slice(0, 4);
  const { value } = await tx
    .insertInto('counters')
    .values({ organisation, name: `breaches-${year}`, value: 1 })
    .onConflict((conflict) =>
      conflict.columns(['organisation', 'name']).doUpdateSet((row) => ({ value: row('counters.value', '+', 1) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return `BR-${year}-${String(value).padStart(6, '0')}`;
}

export const openBreachesOf = (tx: Tx, organisation: string, device: string): Promise<BreachRow[]> =>
  tx
    .selectFrom('breaches')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('ended_at', 'is', null)
    .execute();

/** The last breach about the same thing that ended by itself since `since`: it comes back rather than a new one opens. */
export const restoredSince = (
  tx: Tx,
  about: Pick<BreachRow, 'organisation' | 'device' | 'rule' | 'subject' | 'kind'>,
  since: number,
): Promise<BreachRow | undefined> =>
  tx
    .selectFrom('breaches')
    .selectAll()
    .where('organisation', '=', about.organisation)
    .where('device', '=', about.device)
    .where('rule', '=', about.rule)
    .where('subject', '=', about.subject)
    .where('kind', '=', about.kind)
    .where('status', '=', 'restored')
    .where('ended_at', '>=', since)
    .orderBy('ended_at', 'desc')
    .limit(1)
    .executeTakeFirst();

export async function insertBreach(tx: Tx, breach: Insertable<BreachTable>): Promise<void> {
  await tx.insertInto('breaches').values(breach).execute();
}

export async function updateBreach(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  change: Partial<BreachRow>,
): Promise<void> {
  await tx
    .updateTable('breaches')
    .set(change)
    .where('organisation', '=', breach.organisation)
    .where('id', '=', breach.id)
    .execute();
}

export interface BreachEvent {
  readonly at: number;
  readonly actor: string;
  /** opened, joined, reopened, restored, notified, acknowledged, closed, reported. */
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends to a breach's timeline; nothing in it is ever changed. */
export async function appendEvent(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  event: BreachEvent,
): Promise<void> {
  await tx
    .insertInto('breach_events')
    .values((row) => ({
      organisation: breach.organisation,
      breach: breach.id,
      sequence: row
        .selectFrom('breach_events')
        .select((inner) => inner(inner.fn.coalesce(inner.fn.max<number>('sequence'), inner.val(0)), '+', 1).as('next'))
        .where('organisation', '=', breach.organisation)
        .where('breach', '=', breach.id),
      at: event.at,
      actor: event.actor,
      type: event.type,
      detail: JSON.stringify(event.detail ?? {}),
    }))
    .execute();
}

/** Ties a finding to the breach that rests on it. */
export async function linkFinding(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  finding: { readonly device: string; readonly generation: number; readonly sequence: number },
): Promise<void> {
  const { device, generation, sequence } = finding;
  await tx
    .insertInto('breach_findings')
    .values({ organisation: breach.organisation, breach: breach.id, device, generation, sequence })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
