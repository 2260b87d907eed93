import { iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Db } from '../db/database.ts';
import { nullable } from '../shapes.ts';
import { ENDED_STEPS } from './target.ts';

export const InForce = Type.Object({
  subject: Type.String({ description: 'an account' }),
  name: nullable(Type.String()),
  facility: Type.String(),
  connector: Type.String(),
  status: Type.String(),
  provenAt: nullable(Type.String({ description: 'when reading the system showed it; null where it has not yet' })),
  ref: Type.String(),
  since: Type.String({ description: 'when it was ordered' }),
  until: nullable(Type.String()),
  orderedBy: Type.String(),
});
export type InForce = Static<typeof InForce>;

export type InForcePlace = readonly [account: string, id: string];

const order = (db: Db, organisation: string) =>
  db
    .selectFrom('withdrawal_steps as step')
    .innerJoin('withdrawals as whole', (join) =>
      join.onRef('whole.organisation', '=', 'step.organisation').onRef('whole.id', '=', 'step.withdrawal'),
    )
    .innerJoin('withdrawal_targets as target', (join) =>
      join.onRef('target.organisation', '=', 'step.organisation').onRef('target.id', '=', 'step.target'),
    )
    .leftJoin('people', (join) =>
      join.onRef('people.organisation', '=', 'step.organisation').onRef('people.id', '=', 'step.person'),
    )
    .select([
      'step.id',
      'step.account',
      'step.facility',
      'step.connector',
      'step.status',
      'target.proven_at',
      'whole.ref',
      'whole.requested_at',
      'whole.until',
      'whole.requested_by',
      'people.name',
    ])
    .where('step.organisation', '=', organisation)
    .where('step.status', 'not in', [...ENDED_STEPS, 'planned'])
    .orderBy('step.account')
    .orderBy('step.id');

export type InForceRow = Awaited<ReturnType<ReturnType<typeof order>['execute']>>[number];

/** Who has what withdrawn now, by account: each part that was begun and is not given back yet; one more than the limit. */
export function listInForce(
  db: Db,
  organisation: string,
  { limit, after }: { readonly limit: number; readonly after?: InForcePlace | undefined },
): Promise<InForceRow[]> {
  const query = order(db, organisation).limit(limit + 1);
  if (after === undefined) return query.execute();
  const [account, id] = after;
  return query
    .where((eb) =>
      eb.or([eb('step.account', '>', account), eb.and([eb('step.account', '=', account), eb('step.id', '>', id)])]),
    )
    .execute();
}

/** What somebody has withdrawn now. */
export const inForceOf = (db: Db, organisation: string, account: string): Promise<InForceRow[]> =>
  order(db, organisation).where('step.account', '=', account).execute();

export const presentInForce = (row: InForceRow): InForce => ({
  subject: row.account,
  name: row.name,
  facility: row.facility,
  connector: row.connector,
  status: row.status,
  provenAt: isoOrNull(row.proven_at),
  ref: row.ref,
  since: iso(row.requested_at),
  until: isoOrNull(row.until),
  orderedBy: row.requested_by,
});
