import type { Selectable } from 'kysely';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import type { AccountTable } from '../db/schema-sign-in.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { endSessionsOf } from './session-list.ts';

export interface Act {
  readonly organisation: string;
  /** How the audit log names whoever does it. */
  readonly actor: string;
  /** Now. */
  readonly at: number;
}

export interface ListedAccount {
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  /** A day such as `2026-11-01`; null where it never has, since this is kept. */
  readonly lastSignedInOn: string | null;
  /** `set-up`, `wanted` at the next sign-in, or `none`. */
  readonly secondFactor: 'set-up' | 'wanted' | 'none';
}

const listed = (row: Selectable<AccountTable>): ListedAccount => ({
  name: row.name,
  role: row.role,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
  lastSignedInOn: row.last_signed_in_on,
  secondFactor: row.second_factor !== null ? 'set-up' : row.second_factor_wanted === 1 ? 'wanted' : 'none',
});

/** Accounts by name. `after`: the name after which the page begins. */
export async function listAccounts(
  db: Db,
  organisation: string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<ListedAccount[]> {
  let query = db.selectFrom('accounts').selectAll().where('organisation', '=', organisation);
  if (after !== undefined) query = query.where('name', '>', after);
  return (await query.orderBy('name').limit(limit).execute()).map(listed);
}

/** One of them; undefined where there is none of this name. */
export async function readListedAccount(
  db: Db,
  organisation: string,
  name: string,
): Promise<ListedAccount | undefined> {
  const query = db.selectFrom('accounts').selectAll().where('organisation', '=', organisation);
  const row = await query.where('name', '=', name).executeTakeFirst();
  return row && listed(row);
}

/** What was given to the account's name and not used yet would let it in again. */
async function useUpCodes(tx: Tx, organisation: string, name: string, at: number): Promise<void> {
  await tx
    .updateTable('sign_in_codes')
    .set({ used_at: at })
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .where('used_at', 'is', null)
    .execute();
}

/**
 * Disables an account and ends every session of its name at once, or enables it again. How many sessions ended; undefined
 * where there is no such account. Throws `conflict` where somebody would shut themselves out.
 */
export const changeAccount = (
  db: Db,
  name: string,
  { disabled }: { readonly disabled: boolean },
  { organisation, actor, at }: Act,
): Promise<{ readonly ended: number } | undefined> =>
  inTransaction(db, async (tx) => {
    if (disabled && actor === name)
      throw problem('conflict', 'You cannot disable the account that you are signed in with. Ask somebody else to.');
    const row = await tx
      .updateTable('accounts')
      .set({ disabled_at: disabled ? at : null })
      .where('organisation', '=', organisation)
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const ended = disabled ? await endSessionsOf(tx, { organisation, name }, at) : 0;
    if (disabled) {
      await useUpCodes(tx, organisation, name, at);
      await tx.deleteFrom('sign_in_attempts').where('account', '=', row.id).execute();
    }
    const action = disabled ? 'account-disabled' : 'account-enabled';
    await recordAct(tx, {
      organisation,
      at,
      actor,
      action,
      target: `account:${name}`,
      detail: disabled ? { ended } : {},
    });
    return { ended };
  });

/**
 * Has an account set up an authenticator app at its next sign-in, or takes away the one that it has, with its recovery
 * codes, for who has lost both. False where there is no such account.
 */
export const changeSecondFactor = (
  db: Db,
  name: string,
  change: 'require' | 'reset',
  { organisation, actor, at }: Act,
): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const taken = change === 'reset' ? { second_factor: null, second_factor_step: 0, second_factor_failures: 0 } : {};
    const row = await tx
      .updateTable('accounts')
      .set({ second_factor_wanted: 1, ...taken })
      .where('organisation', '=', organisation)
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) return false;
    if (change === 'reset') {
      const codes = tx.deleteFrom('recovery_codes').where('organisation', '=', organisation);
      await codes.where('account', '=', row.id).execute();
    }
    const action = change === 'reset' ? 'second-factor-reset' : 'second-factor-required';
    await recordAct(tx, { organisation, at, actor, action, target: `account:${name}` });
    return true;
  });

/** Ends the sessions of whoever goes by the name, also of who has no account and comes by the council's provider. */
export const endSessionsFor = (
  db: Db,
  name: string,
  which: { readonly only?: string; readonly except?: string },
  { organisation, actor, at }: Act,
): Promise<number> =>
  inTransaction(db, async (tx) => {
    const ended = await endSessionsOf(tx, { organisation, name }, at, which);
    if (ended > 0)
      await recordAct(tx, {
        organisation,
        at,
        actor,
        action: 'sessions-ended',
        target: `account:${name}`,
        detail: { ended },
      });
    return ended;
  });
