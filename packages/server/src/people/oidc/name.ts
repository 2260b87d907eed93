import { typedKey } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db, Tx } from '../../db/database.ts';
import type { Refusal } from './claims.ts';

const lower = (column: string) => sql<string>`lower(${sql.ref(column)})`;

const peopleBy = (db: Db | Tx, organisation: string, column: 'account' | 'email' | 'name', key: string) =>
  db
    .selectFrom('people')
    .select(['account', 'name', 'disabled', 'gone_at', 'ends_on'])
    .where('organisation', '=', organisation)
    .where(lower(column), '=', key)
    .orderBy('account')
    .limit(2)
    .execute();

interface Named {
  readonly name: string;
  /** As the list of people has it where the person is in it. */
  readonly account: string;
}

/**
 * The name under which somebody of the provider acts here. By it the server knows whose request a paper is, whom a breach
 * implicates and who decided: it is the register's for whoever is in it, found by the account, or by the e-mail address where
 * the provider calls accounts so. Who shares a name with another person goes by the account, which nobody shares. The
 * provider's display name is never asked: people may often change it themselves.
 */
export async function nameOf(
  db: Db | Tx,
  organisation: string,
  account: string,
  /** A day such as `2026-11-01`. */
  today: string,
): Promise<Named | Refusal> {
  const key = typedKey(account);
  const byAccount = await peopleBy(db, organisation, 'account', key);
  const found = byAccount.length > 0 ? byAccount : await peopleBy(db, organisation, 'email', key);
  const [person] = found;
  if (found.length > 1) return 'name-taken';
  if (person === undefined)
    return (await isTaken(db, organisation, account)) ? 'name-taken' : { name: account, account };
  const hasLeft = person.gone_at !== null || (person.ends_on !== null && person.ends_on < today);
  if (hasLeft || person.disabled === 1) return 'not-in-service';
  const others = await peopleBy(db, organisation, 'name', typedKey(person.name));
  return { name: others.length > 1 ? person.account : person.name, account: person.account };
}

/** Whether a name that is nobody's account in the register is a person's or an account's here. */
async function isTaken(db: Db | Tx, organisation: string, name: string): Promise<boolean> {
  const key = typedKey(name);
  if ((await peopleBy(db, organisation, 'name', key)).length > 0) return true;
  const local = db.selectFrom('accounts').select('id').where('organisation', '=', organisation);
  return (await local.where(lower('name'), '=', key).executeTakeFirst()) !== undefined;
}
