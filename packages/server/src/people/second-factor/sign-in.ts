import type { Selectable } from 'kysely';
import { recordAct } from '../../audit/record.ts';
import type { Db, Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import type { AccountTable } from '../../db/schema-sign-in.ts';
import { inTransaction } from '../../db/transaction.ts';
import { readAttempt, takeAttempt, tryAttempt } from '../attempts.ts';
import { isCallerRole } from '../permissions.ts';
import type { SignedIn } from '../sessions.ts';
import { admit, type Came, type SignInDeps } from '../sign-in.ts';
import { forApp, newRecoveryCodes, recoveryHash, secretFor, stepOf } from './codes.ts';
import { qrOf } from './qr.ts';
import { seal, unseal } from './seal.ts';

export interface SecondFactorDeps extends SignInDeps {
  readonly keys: { readonly tokenKey: Uint8Array };
}

/** Wrong codes of one account, over however many sign-ins; then none is taken until the pause is over. */
export const GUESSES = { most: 10, pauseMs: 15 * 60_000 } as const;

type Account = Selectable<AccountTable>;
type Refused = { readonly refused: 'stale' | 'wrong' | 'paused' };
export type Admitted = { readonly session: SignedIn; readonly next: string };

interface Answer extends Came {
  readonly attemptId: string;
  readonly code: string;
}

interface Whose {
  readonly organisation: string;
  /** An account's id. */
  readonly account: string | null;
}

const enabled = (db: Db | Tx, { organisation, account }: Whose) =>
  db
    .selectFrom('accounts')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', account ?? '')
    .where('disabled_at', 'is', null);

/** What somebody whose password was right is to do next; undefined where that was too long ago. */
export async function whatIsNext(
  { db, clock }: Pick<SignInDeps, 'db' | 'clock'>,
  attemptId: string,
): Promise<{ readonly name: string; readonly organisation: string; readonly isSetUp: boolean } | undefined> {
  const attempt = await readAttempt(db, attemptId, 'second-factor', clock.now());
  const account = attempt === undefined ? undefined : await enabled(db, attempt).executeTakeFirst();
  if (account === undefined) return undefined;
  return { name: account.name, organisation: account.organisation, isSetUp: account.second_factor !== null };
}

/** What the page shows that sets an app up. */
export function appFor(attemptId: string, name: string, council: string) {
  const app = forApp(secretFor(attemptId), { issuer: `Beadle, ${council}`, label: name });
  return { ...app, qr: qrOf(app.link) };
}

const changeOf = (tx: Tx, { organisation, id }: Account) =>
  tx.updateTable('accounts').where('organisation', '=', organisation).where('id', '=', id);

const isPaused = ({ second_factor_failures, second_factor_failed_at }: Account, now: number): boolean =>
  second_factor_failures >= GUESSES.most && second_factor_failed_at + GUESSES.pauseMs > now;

/** Counts a wrong code; the pause begins anew with each, and the count once a pause has passed without any. */
async function countFailure(tx: Tx, account: Account, at: number): Promise<void> {
  const isOld = account.second_factor_failed_at + GUESSES.pauseMs <= at;
  const failures = isOld ? 1 : account.second_factor_failures + 1;
  await changeOf(tx, account).set({ second_factor_failures: failures, second_factor_failed_at: at }).execute();
  const { organisation, name } = account;
  const act = { organisation, at, actor: 'nobody', action: 'sign-in-refused', target: `account:${name}` };
  await recordAct(tx, { ...act, detail: { by: 'second-factor' } });
}

/** Whether the code is the app's, or one of those for when it is lost, which is used up. The account's row is locked. */
async function takeCode(
  tx: Tx,
  deps: SecondFactorDeps,
  account: Account,
  code: string,
): Promise<'app' | 'recovery' | null> {
  const secret = unseal(account.second_factor ?? '', account.id, deps.keys.tokenKey);
  const times = { at: deps.clock.now(), last: account.second_factor_step };
  const step = secret === undefined ? undefined : stepOf(code, secret, times);
  if (step !== undefined) {
    await changeOf(tx, account).set({ second_factor_step: step, second_factor_failures: 0 }).execute();
    return 'app';
  }
  const used = await tx
    .deleteFrom('recovery_codes')
    .where('organisation', '=', account.organisation)
    .where('account', '=', account.id)
    .where('code_hash', '=', recoveryHash(code))
    .returning('code_hash')
    .executeTakeFirst();
  if (used === undefined) return null;
  await changeOf(tx, account).set({ second_factor_failures: 0 }).execute();
  return 'recovery';
}

async function admitAccount(
  tx: Tx,
  deps: SecondFactorDeps,
  { account, answer, factor }: { readonly account: Account; readonly answer: Answer; readonly factor: string },
): Promise<Admitted | Refused> {
  const at = deps.clock.now();
  const attempt = await takeAttempt(tx, answer.attemptId, 'second-factor', at);
  const { organisation, name, role } = account;
  if (attempt === undefined || !isCallerRole(role)) return { refused: 'stale' };
  const { previous, browser } = answer;
  const session = await admit(tx, deps, {
    person: { organisation, name, role },
    by: 'password',
    at,
    previous,
    browser,
    factor,
    localAccount: account.id,
  });
  return { session, next: attempt.next };
}

type Within<T> = (tx: Tx, account: Account) => Promise<T | Refused>;

/** A try of an attempt, with its account's row locked: of two that come at once one is counted after the other. */
async function trying<T>(deps: SecondFactorDeps, attemptId: string, work: Within<T>): Promise<T | Refused> {
  const done = await inTransaction(deps.db, async (tx): Promise<T | Refused> => {
    const at = deps.clock.now();
    const attempt = await tryAttempt(tx, attemptId, 'second-factor', at);
    const account = attempt === undefined ? undefined : await locking(tx, enabled(tx, attempt)).executeTakeFirst();
    if (account === undefined) return { refused: 'stale' };
    if (isPaused(account, at)) return { refused: 'paused' };
    return work(tx, account);
  });
  if (typeof done === 'object' && done !== null && 'refused' in done) deps.metrics.signInsRefused.inc();
  return done;
}

/** Signs in with a code of the app, or with a recovery code. */
export const signInWithSecondFactor = (deps: SecondFactorDeps, answer: Answer): Promise<Admitted | Refused> =>
  trying<Admitted>(deps, answer.attemptId, async (tx, account) => {
    const factor = account.second_factor === null ? null : await takeCode(tx, deps, account, answer.code);
    if (factor !== null) return admitAccount(tx, deps, { account, answer, factor });
    await countFailure(tx, account, deps.clock.now());
    return { refused: 'wrong' };
  });

/** Sets an app up once a code shows that it has the secret, and signs in; the recovery codes are given here alone. */
export const setUpSecondFactor = (
  deps: SecondFactorDeps,
  answer: Answer,
): Promise<(Admitted & { readonly recoveryCodes: readonly string[] }) | Refused> =>
  trying<Admitted & { readonly recoveryCodes: readonly string[] }>(deps, answer.attemptId, async (tx, account) => {
    const at = deps.clock.now();
    const secret = secretFor(answer.attemptId);
    // Somebody else may have set one up meanwhile, in another browser.
    if (account.second_factor !== null) return { refused: 'stale' };
    const step = stepOf(answer.code, secret, { at, last: 0 });
    if (step === undefined) return { refused: 'wrong' };
    const { organisation, id, name } = account;
    const sealed = seal(secret, id, deps.keys.tokenKey, deps.random);
    await changeOf(tx, account)
      .set({ second_factor: sealed, second_factor_step: step, second_factor_failures: 0 })
      .execute();
    const recoveryCodes = newRecoveryCodes(deps.random);
    const rows = recoveryCodes.map((code) => ({ organisation, account: id, code_hash: recoveryHash(code) }));
    await tx.insertInto('recovery_codes').values(rows).execute();
    await recordAct(tx, { organisation, at, actor: name, action: 'second-factor-set-up', target: `account:${name}` });
    const admitted = await admitAccount(tx, deps, { account, answer, factor: 'app' });
    return 'refused' in admitted ? admitted : { ...admitted, recoveryCodes };
  });
