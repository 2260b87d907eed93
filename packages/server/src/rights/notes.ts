import type { Db } from '../db/database.ts';

/** What a correction has recorded beside something that stays as it is. */
export interface CorrectionNote {
  readonly ref: string;
  readonly note: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The id of the breach that it is about; null where it is about a rule. */
  readonly breach: string | null;
  readonly rule: string | null;
}

interface OfDevice {
  readonly organisation: string;
  readonly id: string;
}

const MOST = 200;

/** Those about a device or its breaches, the newest first. */
export async function correctionsOf(db: Db, { organisation, id }: OfDevice): Promise<CorrectionNote[]> {
  const rows = await db
    .selectFrom('rights_requests')
    .select(['ref', 'note', 'answered_at', 'breach', 'rule'])
    .where('organisation', '=', organisation)
    .where('device', '=', id)
    .where('note', 'is not', null)
    .orderBy('answered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
  return rows.flatMap(({ ref, note, answered_at: at, breach, rule }) =>
    note === null || at === null ? [] : [{ ref, note, at, breach, rule }],
  );
}
