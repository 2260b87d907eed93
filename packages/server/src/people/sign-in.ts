import type { Clock, Random } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import type { Metrics } from '../metrics.ts';
import { type Account, findAccount, isStillEnabled, noteSignedIn } from './accounts.ts';
import { beginAttempt, type Begun } from './attempts.ts';
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

interface WithPassword extends Came {
  readonly organisation: string;
  readonly name: string;
  readonly password: string;
  /** Whether every account needs a second factor; left out: only one that has it, or was made to. */
  readonly secondFactor?: 'required' | 'optional';
  /** Where the person goes on after a second factor. */
  readonly next?: string;
}

/** The password was right; a second factor is still to come. */
export type HalfWay = Begun & { readonly needs: 'second-factor' };

/** Null where the name is not known or the password another: which of the two is not told, nor does the time tell it. */
export async function signInWithPassword(deps: SignInDeps, given: WithPassword): Promise<SignedIn | HalfWay | null> {
  const { organisation, name, password } = given;
  const account = await findAccount(deps.db, organisation, name);
  const fits = await verifyPassword(password, account?.passwordHash);
  if (account !== undefined && fits) return inTransaction(deps.db, (tx) => goOn(tx, deps, account, given));
  deps.metrics.signInsRefused.inc();
  // A name that is not known is not recorded: people type their password into the wrong field.
  if (account !== undefined) {
    const at = deps.clock.now();
    const act = { organisation, at, actor: 'nobody', action: 'sign-in-refused', target: `account:${account.name}` };
    await inTransaction(deps.db, (tx) => recordAct(tx, act));
  }
  return null;
}

/** Lets in whose password was right, or has them go on to the second factor. */
async function goOn(
  tx: Tx,
  deps: SignInDeps,
  account: Account,
  given: WithPassword,
): Promise<SignedIn | HalfWay | null> {
  const { organisation, secondFactor, next = '/' } = given;
  const at = deps.clock.now();
  if (!(await isStillEnabled(tx, account.id))) return null;
  if (account.hasSecondFactor || account.wantsSecondFactor || secondFactor === 'required') {
    const attempt = { organisation, kind: 'second-factor', account: account.id, next } as const;
    return { ...(await beginAttempt(tx, attempt, at, deps.random)), needs: 'second-factor' };
  }
  const person = { organisation, name: account.name, role: account.role };
  return admit(tx, deps, { ...cameWith(given), person, by: 'password', at, localAccount: account.id });
}

interface Admission extends Came {
  readonly person: Person;
  readonly by: SignedInBy;
  readonly at: number;
  /** Of who came by the council's provider. */
  readonly account?: string;
  /** Of the same: those of their groups that have a role in another organisation. */
  readonly groups?: readonly string[];
  /** Of who came with a password: the account's id. */
  readonly localAccount?: string;
  /** With what beside the password. */
  readonly factor?: string;
}

/** A session of its own for whoever has shown who they are; one that came before it ends. */
export async function admit(
  tx: Tx,
  { random }: Pick<SignInDeps, 'random'>,
  { person, by, at, previous, browser, account, groups, localAccount, factor }: Admission,
): Promise<SignedIn> {
  if (previous !== undefined) await endSession(tx, previous, at);
  await recordAct(tx, {
    organisation: person.organisation,
    at,
    actor: person.name,
    action: 'signed-in',
    target: 'console',
    detail: {
      role: person.role,
      by,
      ...(account === undefined ? {} : { account }),
      ...(factor === undefined ? {} : { factor }),
    },
  });
  if (localAccount !== undefined) await noteSignedIn(tx, localAccount, at);
  return startSession(tx, person, { at, by, browser: browser ?? null, account, groups, localAccount }, random);
}

/** Ends the session at once, wherever its cookie may have got to; how its person had signed in. */
export async function signOut(
  { db, clock }: Pick<SignInDeps, 'db' | 'clock'>,
  sessionId: string,
): Promise<string | null | undefined> {
  const at = clock.now();
  return inTransaction(db, async (tx) => {
    const ended = await endSession(tx, sessionId, at);
    if (ended === undefined) return undefined;
    const { organisation, name: actor } = ended;
    await recordAct(tx, { organisation, at, actor, action: 'signed-out', target: 'console' });
    return ended.signed_in_by;
  });
}
