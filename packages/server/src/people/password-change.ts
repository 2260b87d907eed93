import type { Random } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { Act } from './account-change.ts';
import { createAccount, findAccount } from './accounts.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { endSessionsOf } from './session-list.ts';
import { accountOfCode, createSignInCode, useUpPasswordCodes } from './sign-in-codes.ts';
import type { CallerRole } from '../access.ts';

export interface PasswordDeps {
  readonly db: Db;
  readonly random: Random;
  /** Tells whoever has the account that its password has changed, in the same transaction. */
  readonly tell: (tx: Tx, changed: { organisation: string; name: string; at: number }) => Promise<void>;
}

type CodeDeps = Pick<PasswordDeps, 'db' | 'random'>;

export interface SetAt {
  /** Given here and never again: the database has its hash. */
  readonly code: string;
  readonly expiresAt: number;
}

interface NewAccount {
  readonly name: string;
  readonly role: CallerRole;
  /** Left out: the person sets one themselves, by a code. */
  readonly password?: string | undefined;
  readonly wantsSecondFactor?: boolean | undefined;
}

/** Makes an account; the code with which its password is set, where none was given. Throws `account-taken`. */
export async function makeAccount(
  { db, random }: CodeDeps,
  { name, role, password, wantsSecondFactor = false }: NewAccount,
  { organisation, actor, at }: Act,
): Promise<{ readonly id: string; readonly setAt: SetAt | null }> {
  // Of a password that nobody knows, where there is none yet.
  const secret = password ?? Buffer.from(random.bytes(32)).toString('base64url');
  const passwordHash = await hashPassword(secret, random);
  return inTransaction(db, async (tx) => {
    const id = await createAccount(tx, { organisation, name, role, passwordHash, at, wantsSecondFactor }, random);
    if (id === undefined) throw problem('account-taken', `There is an account named ${name} already.`);
    const detail = { role, ...(wantsSecondFactor ? { secondFactor: 'wanted' } : {}) };
    await recordAct(tx, { organisation, at, actor, action: 'account-made', target: `account:${name}`, detail });
    if (password !== undefined) return { id, setAt: null };
    return { id, setAt: await createSignInCode(tx, { organisation, name, role, at, account: id }, random) };
  });
}

/** A code with which somebody sets a new password, for who has lost theirs: the old one holds until then. */
export async function giveNewCode(
  { db, random }: CodeDeps,
  name: string,
  { organisation, actor, at }: Act,
): Promise<SetAt> {
  const account = await findAccount(db, organisation, name);
  if (account === undefined) throw problem('account-unknown', `There is no account named ${name} that can sign in.`);
  return inTransaction(db, async (tx) => {
    await useUpPasswordCodes(tx, account.id, at);
    await recordAct(tx, { organisation, at, actor, action: 'password-code-made', target: `account:${name}` });
    return createSignInCode(tx, { organisation, name, role: account.role, at, account: account.id }, random);
  });
}

interface Written {
  readonly organisation: string;
  readonly id: string;
  readonly name: string;
  readonly passwordHash: string;
  /** The session that goes on, by the hash of its cookie. */
  readonly except?: string;
  readonly at: number;
}

/** Another password: the account's other sessions end, codes for a password are used up, and its holder is told. */
async function write(tx: Tx, { tell }: Pick<PasswordDeps, 'tell'>, written: Written): Promise<void> {
  const { organisation, id, name, passwordHash, except, at } = written;
  await tx.updateTable('accounts').set({ password_hash: passwordHash }).where('id', '=', id).execute();
  const ended = await endSessionsOf(tx, { organisation, name }, at, { except });
  await useUpPasswordCodes(tx, id, at);
  await tx.deleteFrom('sign_in_attempts').where('account', '=', id).execute();
  const act = { organisation, at, actor: name, action: 'password-changed', target: `account:${name}` };
  await recordAct(tx, { ...act, detail: { ended, by: except === undefined ? 'code' : 'password' } });
  await tell(tx, { organisation, name, at });
}

/** Sets a password by a code, once. False where the code is none, or has been used meanwhile. */
export async function setPassword(deps: PasswordDeps, code: string, password: string, at: number): Promise<boolean> {
  if ((await accountOfCode(deps.db, code, at)) === undefined) return false;
  const passwordHash = await hashPassword(password, deps.random);
  return inTransaction(deps.db, async (tx) => {
    const account = await accountOfCode(tx, code, at);
    // Of two that come at once one finds codes that are not used up.
    if (account === undefined || (await useUpPasswordCodes(tx, account.id, at)).length === 0) return false;
    await write(tx, deps, { ...account, passwordHash, at });
    return true;
  });
}

interface Change {
  readonly organisation: string;
  readonly name: string;
  /** The hash of the session in which it is changed: it goes on. */
  readonly hash: string;
  readonly current: string;
  readonly password: string;
  readonly at: number;
}

/** Changes the caller's own password, for who knows the one that they have. */
export async function changePassword(deps: PasswordDeps, change: Change): Promise<'changed' | 'wrong'> {
  const { organisation, name, hash, current, password, at } = change;
  const account = await findAccount(deps.db, organisation, name);
  if (account === undefined || !(await verifyPassword(current, account.passwordHash))) {
    const act = { organisation, at, actor: name, action: 'password-change-refused', target: `account:${name}` };
    await inTransaction(deps.db, (tx) => recordAct(tx, act));
    return 'wrong';
  }
  const passwordHash = await hashPassword(password, deps.random);
  await inTransaction(deps.db, (tx) =>
    write(tx, deps, { organisation, id: account.id, name, passwordHash, except: hash, at }),
  );
  return 'changed';
}
