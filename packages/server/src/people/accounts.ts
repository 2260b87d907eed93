import { iso, type Random } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { newId } from '../ids.ts';
import { isCallerRole } from './permissions.ts';

export interface NewAccount {
  readonly organisation: string;
  readonly name: string;
  readonly role: CallerRole;
  /** Of `hashPassword`, made before the transaction, which must not wait for it. */
  readonly passwordHash: string;
  readonly at: number;
  /** Whether it must have a second factor, whatever the settings say. */
  readonly wantsSecondFactor?: boolean;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: CallerRole;
  readonly passwordHash: string;
  /** Whether an authenticator app is set up for it, and whether it must be. */
  readonly hasSecondFactor: boolean;
  readonly wantsSecondFactor: boolean;
}

/** Cyber Essentials: 12 characters and no other rule; above 200 there is nothing to gain. */
export const PASSWORD = { minLength: 12, maxLength: 200, description: 'a password of 12 to 200 characters' } as const;
/** One line, as it stands in the audit log and on pages. */
export const NAME = {
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\s\\u0000-\\u001f\\u007f]([^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f])?$',
  description: 'a name of 1 to 100 characters',
} as const;

/** The account's id; undefined where the name is taken. */
export async function createAccount(tx: Tx, made: NewAccount, random: Random): Promise<string | undefined> {
  const { organisation, name, role } = made;
  const id = newId(made.at, random);
  const row = await tx
    .insertInto('accounts')
    .values({
      organisation,
      id,
      name,
      role,
      password_hash: made.passwordHash,
      created_at: made.at,
      disabled_at: null,
      second_factor: null,
      second_factor_wanted: made.wantsSecondFactor === true ? 1 : 0,
    })
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

export async function findAccount(db: Db, organisation: string, name: string): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select(['id', 'name', 'role', 'password_hash', 'second_factor', 'second_factor_wanted'])
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !isCallerRole(row.role)) return undefined;
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    hasSecondFactor: row.second_factor !== null,
    wantsSecondFactor: row.second_factor_wanted === 1,
  };
}

/** Whether an account still signs in: asked in the transaction that lets it in, so that one disabled just now does not. */
export async function isStillEnabled(tx: Tx, id: string): Promise<boolean> {
  const query = tx.selectFrom('accounts').select('id').where('id', '=', id).where('disabled_at', 'is', null);
  return (await locking(tx, query).executeTakeFirst()) !== undefined;
}

/** The day alone (invariant 10), in the place of the day before. */
export const noteSignedIn = (tx: Tx, id: string, at: number) =>
  tx
    .updateTable('accounts')
    .set({ last_signed_in_on: iso(at).slice(0, 10) })
    .where('id', '=', id)
    .execute();
