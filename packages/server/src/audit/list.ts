import type { Db } from '../db/database.ts';
import type { AuditTable } from '../db/schema.ts';

export interface AuditQuery {
  readonly organisation: string;
  readonly limit: number;
  /** The page begins below this sequence. */
  readonly before?: number | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
}

/** Newest first; `limit` rows at most. */
export async function listActs(db: Db, { organisation, limit, before, ...filters }: AuditQuery): Promise<AuditTable[]> {
  let query = db.selectFrom('audit').selectAll().where('organisation', '=', organisation);
  if (before !== undefined) query = query.where('sequence', '<', before);
  for (const column of ['action', 'actor', 'target'] as const) {
    const wanted = filters[column];
    if (wanted !== undefined) query = query.where(column, '=', wanted);
  }
  return query.orderBy('sequence', 'desc').limit(limit).execute();
}
