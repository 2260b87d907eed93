import type { PolicyDocument, Random } from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { PolicyPreviewTable, PreviewChangeTable } from '../db/schema.ts';
import { newId } from '../ids.ts';
import { PREVIEW_HOLDS_MS } from '../policies/previewed.ts';
import { hashOf } from '../policies/upload.ts';
import { emptyTally, type Tally } from './tally.ts';

export interface Preview extends Omit<Selectable<PolicyPreviewTable>, 'document' | 'tally'> {
  readonly document: PolicyDocument;
  readonly tally: Tally;
}
export type Change = Omit<PreviewChangeTable, 'organisation' | 'preview'>;

export interface NewPreview {
  readonly organisation: string;
  readonly document: PolicyDocument;
  /** The file as it was sent. */
  readonly source: string;
  readonly by: string;
  readonly at: number;
  /** Enrolled devices. */
  readonly total: number;
  readonly factsAtMostDays: number;
}

/** Keeps a preview that has not begun, and forgets those that are a day old. */
export async function insertPreview(tx: Tx, made: NewPreview, random: Random): Promise<string> {
  await forgetPreviews(tx, made.at - PREVIEW_HOLDS_MS);
  const id = newId(made.at, random);
  const { organisation, document, source, total } = made;
  const { version, title } = document;
  await tx
    .insertInto('policy_previews')
    .values({
      organisation,
      id,
      hash: hashOf(document),
      version,
      title,
      document: JSON.stringify(document),
      source,
      status: 'running',
      tally: JSON.stringify(emptyTally()),
      total,
      seen: 0,
      facts_at_most_days: made.factsAtMostDays,
      created_at: made.at,
      created_by: made.by,
      after_tag: null,
      finished_at: null,
    })
    .execute();
  return id;
}

async function forgetPreviews(tx: Tx, before: number): Promise<void> {
  const old = tx.selectFrom('policy_previews').select('id').where('created_at', '<=', before);
  await tx.deleteFrom('preview_changes').where('preview', 'in', old).execute();
  await tx.deleteFrom('policy_previews').where('created_at', '<=', before).execute();
}

export async function readPreview(db: Db | Tx, organisation: string, id: string): Promise<Preview | undefined> {
  const row = await db
    .selectFrom('policy_previews')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { ...row, document: JSON.parse(row.document) as PolicyDocument, tally: JSON.parse(row.tally) as Tally };
}

export interface Step {
  readonly tally: Tally;
  readonly seen: number;
  /** The asset tag to go on after; null at the end. */
  readonly next: string | null;
  readonly changes: readonly Change[];
  readonly at: number;
}

/** Rows of an insert: SQLite takes 32,766 parameters. */
const ROWS_AT_ONCE = 1000;

/**
 * Keeps what a part of the fleet came to, where nobody has since: false where another goes on with the same preview, or
 * it has been forgotten.
 */
export async function keepStep(tx: Tx, { organisation, id, seen }: Preview, step: Step): Promise<boolean> {
  const done = step.next === null;
  const { numUpdatedRows } = await tx
    .updateTable('policy_previews')
    .set({
      tally: JSON.stringify(step.tally),
      seen: step.seen,
      after_tag: step.next,
      status: done ? 'done' : 'running',
      finished_at: done ? step.at : null,
    })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('seen', '=', seen)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  for (let from = 0; from < step.changes.length; from += ROWS_AT_ONCE) {
    const rows = step.changes.slice(from, from + ROWS_AT_ONCE);
    await tx
      .insertInto('preview_changes')
      .values(rows.map((row) => ({ organisation, preview: id, ...row })))
      .execute();
  }
  return true;
}

export interface ChangeFilter {
  readonly rule?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The devices that would change, by rule and asset tag; one more than the limit where there is a next page. */
export function listChanges(
  db: Db,
  { organisation, id }: { readonly organisation: string; readonly id: string },
  { rule, from, to }: ChangeFilter,
  { limit, after }: { readonly limit: number; readonly after: readonly [rule: string, tag: string] | undefined },
): Promise<Change[]> {
  let query = db
    .selectFrom('preview_changes')
    .select(['rule', 'asset_tag', 'verdict_before', 'verdict_after', 'breach'])
    .where('organisation', '=', organisation)
    .where('preview', '=', id)
    .orderBy('rule')
    .orderBy('asset_tag')
    .limit(limit + 1);
  if (rule !== undefined) query = query.where('rule', '=', rule);
  if (from !== undefined) query = query.where('verdict_before', '=', from);
  if (to !== undefined) query = query.where('verdict_after', '=', to);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('rule', 'asset_tag'), '>', eb.tuple(after[0], after[1])));
  return query.execute();
}
