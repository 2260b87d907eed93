import type { Clock, Random } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import type { Metrics } from '../metrics.ts';
import { findAccount } from './accounts.ts';
import { verifyPassword } from './passwords.ts';
import { endSession, type SignedIn, type SignedInBy, startSession } from './sessions.ts';
import { redeemCode } from './sign-in-codes.ts';
import { inTransaction } from '../db/transaction.ts';

export interface SignInDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Pick<Metrics, 'signInsRefused'>;
}

interface Person {
  readonly organisation: string;
  readonly name: string;
  readonly role: CallerRole;
}

export interface Came {
  /** The session that the browser came with, where it had one: it ends, so that nobody keeps using it. */
  readonly previous?: string | undefined;
  /** The browser's family. */
  readonly browser?: string | undefined;
}

const cameWith = ({ previous, browser }: Came): Came => ({ previous, browser });

/** Null where the code was never given out, has been used or is more than 24 hours old. */
export async function signInWithCode(
  deps: SignInDeps,
  given: { readonly code: string } & Came,
): Promise<SignedIn | null> {
  const at = deps.clock.now();
  const session = await inTransaction(deps.db, async (tx) => {
    const person = await redeemCode(tx, given.code, at);
    return person === undefined ? null : admit(tx, deps, { ...cameWith(given), person, by: 'code', at });
  });
  if (session === null) deps.metrics.signInsRefused.inc();
  return session;
}

/** Null where the name is not known or the password another: which of the two is not told, nor does the time tell it. */
export async function signInWithPassword(
  deps: SignInDeps,
  given: { readonly organisation: string; readonly name: string; readonly password: string } & Came,
): Promise<SignedIn | null> {
  const { organisation, name, password } = given;
  const account = await findAccount(deps.db, organisation, name);
  const fits = await verifyPassword(password, account?.passwordHash);
  const at = deps.clock.now();
  if (account !== undefined && fits) {
    const person = { organisation, name: account.name, role: account.role };
    return inTransaction(deps.db, (tx) => admit(tx, deps, { ...cameWith(given), person, by: 'password', at }));
  }
  deps.metrics.signInsRefused.inc();
  // A name that is not known is not recorded: people type their password into the wrong field.
  if (account !== undefined) {
    const act = { organisation, at, actor: 'nobody', action: 'sign-in-refused', target: `account:${account.name}` };
    await inTransaction(deps.db, (tx) => recordAct(tx, act));
  }
  return null;
}

interface Admission extends Came {
  readonly person: Person;
  readonly by: SignedInBy;
  readonly at: number;
  /** What the council's provider calls them. */
  readonly account?: string;
}

/** A session of its own for whoever has shown who they are; one that came before it ends. */
export async function admit(
  tx: Tx,
  { random }: Pick<SignInDeps, 'random'>,
  { person, by, at, previous, browser, account }: Admission,
): Promise<SignedIn> {
  if (previous !== undefined) await endSession(tx, previous, at);
  await recordAct(tx, {
    organisation: person.organisation,
    at,
    actor: person.name,
    action: 'signed-in',
    target: 'console',
    detail: { role: person.role, by, ...(account === undefined ? {} : { account }) },
  });
  return startSession(tx, person, { at, by, browser: browser ?? null }, random);
}

/** Ends the session at once, wherever its cookie may have got to. */
export async function signOut({ db, clock }: Pick<SignInDeps, 'db' | 'clock'>, sessionId: string): Promise<void> {
  const at = clock.now();
  await inTransaction(db, async (tx) => {
    const person = await endSession(tx, sessionId, at);
    if (person === undefined) return;
    await recordAct(tx, {
      organisation: person.organisation,
      at,
      actor: person.name,
      action: 'signed-out',
      target: 'console',
    });
  });
}
