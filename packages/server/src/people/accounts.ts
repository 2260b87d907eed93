import type { Random } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { newId } from '../ids.ts';
import { isCallerRole } from './permissions.ts';

export interface NewAccount {
  readonly organisation: string;
  readonly name: string;
  readonly role: CallerRole;
  /** Of `hashPassword`, made before the transaction, which must not wait for it. */
  readonly passwordHash: string;
  readonly at: number;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: CallerRole;
  readonly passwordHash: string;
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
    .values({ organisation, id, name, role, password_hash: made.passwordHash, created_at: made.at, disabled_at: null })
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

export async function findAccount(db: Db, organisation: string, name: string): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select(['id', 'name', 'role', 'password_hash'])
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !isCallerRole(row.role)) return undefined;
  return { id: row.id, name: row.name, role: row.role, passwordHash: row.password_hash };
}
