import type { Random } from '@beadle/shared';
import { recordAct } from '../../audit/record.ts';
import type { CallerRole } from '../../access.ts';
import type { Db, Tx } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { newId } from '../../ids.ts';
import type { Act } from '../account-change.ts';

/** Whom a spanning role is for: an account of this server, by its id, or everybody in a group at the provider. */
export interface Holder {
  readonly kind: 'account' | 'group';
  readonly holder: string;
}

export interface NewGrant extends Holder {
  /** The organisation whose account or group it is. */
  readonly home: string;
  readonly role: CallerRole;
  /** As the audit log names whom it is for. */
  readonly called: string;
}

/**
 * Gives a role in another organisation; false where they have one there already. It is in that organisation's audit log: to
 * be acted upon is its business, whoever acts.
 */
export const grantRole = (
  db: Db,
  { home, kind, holder, role, called }: NewGrant,
  { organisation, actor, at }: Act,
  random: Random,
): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const id = newId(at, random);
    const made = await tx
      .insertInto('spanning_roles')
      .values({ organisation, id, home, kind, holder, role, granted_at: at, granted_by: actor })
      .onConflict((conflict) => conflict.columns(['home', 'kind', 'holder', 'organisation']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) return false;
    const act = { organisation, at, actor, action: 'spanning-role-granted', target: `spanning-role:${id}` };
    await recordAct(tx, { ...act, detail: { role, home, [kind]: called } });
    return true;
  });

/** Takes a role back; it holds no longer with the next request. False where there is none with this id. */
export const takeGrantBack = (db: Db, id: string, { organisation, actor, at }: Act): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const gone = await tx
      .deleteFrom('spanning_roles')
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .returning(['role', 'home'])
      .executeTakeFirst();
    if (gone === undefined) return false;
    const act = { organisation, at, actor, action: 'spanning-role-taken-back', target: `spanning-role:${id}` };
    await recordAct(tx, { ...act, detail: { ...gone } });
    return true;
  });

export interface ListedGrant {
  readonly id: string;
  /** The name of the account or of the group. */
  readonly name: string;
  readonly kind: Holder['kind'];
  /** The name of the organisation whose they are. */
  readonly from: string;
  readonly role: string;
  readonly grantedAt: number;
  readonly grantedBy: string;
}

/** More are nobody's. */
const MOST_LISTED = 500;

/** Who of other organisations has a role in this one. */
export async function listGrants(db: Db, organisation: string): Promise<ListedGrant[]> {
  const rows = await db
    .selectFrom('spanning_roles as grant')
    .innerJoin('organisations', 'organisations.id', 'grant.home')
    .leftJoin('accounts', (join) =>
      join.onRef('accounts.organisation', '=', 'grant.home').onRef('accounts.id', '=', 'grant.holder'),
    )
    .selectAll('grant')
    .select(['organisations.name as from', 'accounts.name as account'])
    .where('grant.organisation', '=', organisation)
    .orderBy('grant.id')
    .limit(MOST_LISTED)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.kind === 'account' ? (row.account ?? row.holder) : row.holder,
    kind: row.kind as Holder['kind'],
    from: row.from,
    role: row.role,
    grantedAt: row.granted_at,
    grantedBy: row.granted_by,
  }));
}

/** Of the groups of somebody who signs in, those that have a role in another organisation: the others are not kept. */
export async function spanningGroups(tx: Tx, home: string, groups: readonly string[]): Promise<string[]> {
  if (groups.length === 0) return [];
  const rows = await tx
    .selectFrom('spanning_roles')
    .select('holder')
    .distinct()
    .where('home', '=', home)
    .where('kind', '=', 'group')
    .where('holder', 'in', [...groups])
    .orderBy('holder')
    .execute();
  return rows.map(({ holder }) => holder);
}
