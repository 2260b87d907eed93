import type { Db } from '../db/database.ts';
import { type Viewer, visibleTo } from '../concealed.ts';
import { breaches, type BreachView } from './read.ts';

export type Duty = 'holder' | 'ict';

/** Open breaches of one duty. The duties are never added up: one is about people, the other about machines. */
export interface OpenFigures {
  readonly open: number;
  readonly unacknowledged: number;
  /** Unacknowledged, and high or critical by the policy. */
  readonly serious: number;
}

const SERIOUS = ['critical', 'high'] as const;

export async function openFigures(db: Db, viewer: Viewer, duty: Duty): Promise<OpenFigures> {
  const rows = await db
    .selectFrom('breaches')
    .select(['severity', 'status', (eb) => eb.fn.countAll().as('count')])
    .where('organisation', '=', viewer.organisation)
    .where(visibleTo(viewer))
    .where('duty', '=', duty)
    .where('ended_at', 'is', null)
    .groupBy(['severity', 'status'])
    .execute();
  const sum = (wanted: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(wanted).reduce((total, row) => total + Number(row.count), 0);
  const isNew = (row: (typeof rows)[number]) => row.status === 'suspected';
  return {
    open: sum(() => true),
    unacknowledged: sum(isNew),
    serious: sum((row) => isNew(row) && (SERIOUS as readonly string[]).includes(row.severity)),
  };
}

/** What is new and serious, the oldest first: it has waited longest. */
export const newAndSerious = (db: Db, viewer: Viewer, duty: Duty, limit: number): Promise<BreachView[]> =>
  breaches(db, viewer)
    .where('breaches.duty', '=', duty)
    .where('breaches.ended_at', 'is', null)
    .where('breaches.status', '=', 'suspected')
    .where('breaches.severity', 'in', [...SERIOUS])
    .orderBy('breaches.opened_at')
    .orderBy('breaches.id')
    .limit(limit)
    .execute();

/** The breach that has waited longest for anybody to acknowledge it. */
export const oldestUnacknowledged = (db: Db, viewer: Viewer, duty: Duty): Promise<BreachView | undefined> =>
  breaches(db, viewer)
    .where('breaches.duty', '=', duty)
    .where('breaches.ended_at', 'is', null)
    .where('breaches.status', '=', 'suspected')
    .orderBy('breaches.opened_at')
    .orderBy('breaches.id')
    .limit(1)
    .executeTakeFirst();

export interface Better {
  readonly rule: string;
  readonly clause: string;
  readonly check_name: string;
  readonly duty: string;
  readonly count: number;
}

/** What devices have put right since then, by rule. */
export async function restoredSince(db: Db, viewer: Viewer, since: number): Promise<Better[]> {
  const rows = await db
    .selectFrom('breaches')
    .select(['rule', 'clause', 'check_name', 'duty', (eb) => eb.fn.countAll().as('count')])
    .where('organisation', '=', viewer.organisation)
    .where(visibleTo(viewer))
    .where('status', '=', 'restored')
    .where('ended_at', '>=', since)
    .groupBy(['rule', 'clause', 'check_name', 'duty'])
    .orderBy('count', 'desc')
    .orderBy('rule')
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** The rules that any breach is about, for a filter. */
export async function rulesOfBreaches(db: Db, viewer: Viewer): Promise<string[]> {
  const rows = await db
    .selectFrom('breaches')
    .select('rule')
    .distinct()
    .where('organisation', '=', viewer.organisation)
    .where(visibleTo(viewer))
    .orderBy('rule')
    .execute();
  return rows.map((row) => row.rule);
}
