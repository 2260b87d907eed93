import { daysOf, type TakenDays } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import type { AuthorisationRow } from './store.ts';
import type { Resolved, Taker } from './subjects.ts';
import type { YearCap } from './year.ts';

const DAY_MS = 86_400_000;
/** What lies further from what is asked for is in no 365 days with it. */
const NEAR_MS = 370 * DAY_MS;

export interface YearAsked {
  readonly organisation: string;
  readonly kind: string;
  /** Milliseconds since the epoch, the second not included. */
  readonly from: number;
  readonly to: number;
  /** The internal id of the authorisation that it is about, which takes none of its own days. */
  readonly id?: string;
}

/** The days that a person or device holds authorisations of a kind, those of the past and to come; revoked ones up to then. */
async function takenBy(db: Db | Tx, { key }: Taker, asked: YearAsked): Promise<TakenDays[]> {
  const rows = await db
    .selectFrom('authorisation_takers')
    .innerJoin('authorisations', (join) =>
      join
        .onRef('authorisations.organisation', '=', 'authorisation_takers.organisation')
        .onRef('authorisations.id', '=', 'authorisation_takers.authorisation'),
    )
    .select(['id', 'ref', 'valid_from', 'valid_to', 'revoked_at'])
    .where('authorisation_takers.organisation', '=', asked.organisation)
    .where('taker_key', '=', key)
    .where('kind', '=', asked.kind)
    .where('status', 'in', ['approved', 'revoked'])
    .where('valid_to', '>', asked.from - NEAR_MS)
    .where('valid_from', '<', asked.to + NEAR_MS)
    .orderBy('valid_from')
    .orderBy('ref')
    .execute();
  return rows.flatMap(({ id, ref, valid_from, valid_to, revoked_at }) => {
    const days = daysOf(valid_from, Math.min(valid_to, revoked_at ?? valid_to));
    return days === undefined || id === asked.id ? [] : [{ ref, ...days }];
  });
}

/** How far those whom one is for have come towards a cap; null where there is none. */
export async function yearOf(
  db: Db | Tx,
  cap: number | null,
  { takers, counted }: Pick<Resolved, 'takers' | 'counted'>,
  asked: YearAsked,
): Promise<YearCap | null> {
  const wanted = daysOf(asked.from, asked.to);
  if (cap === null || wanted === undefined) return null;
  const found: YearCap['takers'][number][] = [];
  for (const taker of counted ? takers : []) found.push({ who: taker.who, taken: await takenBy(db, taker, asked) });
  return { cap, kind: asked.kind, wanted, takers: found };
}

/** From its approval on the days of an authorisation are those of whom it is for then. */
export async function keepTakers(
  tx: Tx,
  { organisation, id: authorisation }: Pick<AuthorisationRow, 'organisation' | 'id'>,
  takers: readonly Taker[],
): Promise<void> {
  if (takers.length === 0) return;
  const rows = takers.map(({ key: taker_key }) => ({ organisation, taker_key, authorisation }));
  await tx.insertInto('authorisation_takers').values(rows).execute();
}
