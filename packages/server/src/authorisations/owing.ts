import type { SelectQueryBuilder } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Database } from '../db/schema.ts';
import { overdueEnds, type owedEnds } from './paper.ts';
import type { AuthorisationRow } from './store.ts';

type Query = SelectQueryBuilder<Database, 'authorisations', AuthorisationRow>;

/** Those of a kind that ended at or before its moment, and of whose paper nobody has said what became of it. */
export const owingPaper = (query: Query, ends: ReturnType<typeof owedEnds>): Query =>
  query
    .where('paper_outcome', 'is', null)
    .where((eb) =>
      eb.or(
        ends.map(({ kind, before }) =>
          eb.and([
            eb('kind', '=', kind),
            eb.or([
              eb.and([eb('status', '=', 'approved'), eb('valid_to', '<=', before)]),
              eb.and([
                eb('status', '=', 'revoked'),
                eb('revoked_at', '<=', before),
                eb('revoked_at', '>', eb.ref('valid_from')),
              ]),
            ]),
          ]),
        ),
      ),
    );

/** How many have ended of which somebody ought to have said by now what became of the paper. */
export async function paperOverdue(db: Db, organisation: string, now: number): Promise<number> {
  const all = db.selectFrom('authorisations').selectAll().where('organisation', '=', organisation);
  const { count } = await db
    .selectFrom(owingPaper(all, overdueEnds(now)).as('owing'))
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
