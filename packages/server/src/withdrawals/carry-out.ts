import type { Clock, Random } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { TryLater } from '../jobs/back-off.ts';
import { type Connector, type Facility, type Kept, NeedsPerson, type Proof, type Subject } from './connector.ts';
import { planTelling, queueTarget } from './queue.ts';
import { isWanted, settle } from './settle.ts';
import { changeTarget, Overtaken, targetById } from './store.ts';
import { type Act, beginning, LOOK_AGAIN_MS, nextAct, NOTHING_TAKEN, SMOOTH, type Target } from './target.ts';

export interface CarryDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly connectors: readonly Connector[];
}

interface Attempt {
  /** 1 at the first. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

const HOUR_MS = 3_600_000;
/** So often the effect is looked for before the system is told again. */
const TELL_AGAIN_AFTER = 3;
const MOST_WORDS = 400;

/** The system does not show what it was told: not yet, or not any more. */
class NotSeen extends Error {
  constructor({ readings }: Proof, isUndone: boolean) {
    const missing = readings.filter(({ holds }) => !holds).map(({ where, found }) => `${where}: ${found}`);
    const what = isUndone ? 'It is not withdrawn any more, and is withdrawn again.' : 'Not seen yet.';
    super(missing.length === 0 ? 'The system has not said yet what it did.' : `${what} ${missing.join('; ')}`);
    this.name = 'NotSeen';
  }
}

const subjectOf = ({ organisation, person, account, email }: Target): Subject => ({
  organisation,
  person,
  account,
  email,
});

const isProven = ({ readings }: Proof): boolean => readings.length > 0 && readings.every(({ holds }) => holds);

/** What reading the system gave, as the columns that say so. Throws `NotSeen` with them where it does not show the effect. */
function proofColumns(proof: Proof, act: Act, { clock }: CarryDeps, byHand: boolean): Partial<Target> {
  const columns = { proof: JSON.stringify(proof.readings) };
  if (act === 'prove-restored') return { ...columns, ...NOTHING_TAKEN };
  return byHand ? columns : { ...columns, proven_at: clock.now() };
}

/** One act in the system itself; gives what has changed by it. */
async function perform(
  connector: Connector,
  target: Target,
  act: Act,
  signal: AbortSignal,
): Promise<Partial<Target> | Proof> {
  const [subject, facility] = [subjectOf(target), target.facility as Facility];
  if (act === 'find') {
    const { before, changes } = await connector.find(subject, facility, signal);
    return { before: JSON.stringify(before), changes: JSON.stringify(changes), left_over: null, proof: null };
  }
  const before = JSON.parse(target.before ?? '{}') as Kept;
  if (act === 'withdraw') {
    await connector.withdraw(subject, facility, before, signal);
    return {};
  }
  if (act === 'restore') {
    const { left } = await connector.restore(subject, facility, before, signal);
    return { left_over: left.length === 0 ? null : JSON.stringify(left) };
  }
  return connector.prove(subject, facility, before, act === 'prove-withdrawn' ? 'withdrawn' : 'restored', signal);
}

/** Writes what an act has changed, in one transaction with what the steps say. Throws `Overtaken`. */
async function write(deps: CarryDeps, target: Target, columns: Partial<Target>): Promise<Target> {
  const at = deps.clock.now();
  return inTransaction(deps.db, async (tx) => {
    const changed = await changeTarget(tx, target, columns);
    await settle(tx, changed, at);
    const told = changed.trouble === 'needs-person' || columns.left_over != null;
    if (told) await planTelling(tx, target.organisation, { now: at, random: deps.random });
    return changed;
  });
}

/**
 * Somebody went on while this was under way, so that the system was told last by one who knew least: it is told anew how
 * it is to be, from what was there before.
 */
async function doubt(deps: CarryDeps, told: Target): Promise<void> {
  for (;;) {
    const target = await targetById(deps.db, told.organisation, told.id);
    if (target === undefined) return;
    const columns = { before: target.before ?? told.before, taken_at: null, proven_at: null, given_at: null };
    try {
      await write(deps, target, columns);
      return;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

async function actOnce(deps: CarryDeps, read: Target, act: Act, { attempt, signal }: Attempt): Promise<'stop' | 'on'> {
  const connector = deps.connectors.find(({ name }) => name === read.connector);
  if (connector === undefined)
    throw new NeedsPerson(`The connector ${read.connector} is not in the settings any more.`);
  const target = act === 'withdraw' || act === 'restore' ? await write(deps, read, beginning(act)) : read;
  const done = await perform(connector, target, act, signal);
  if (!('readings' in done)) {
    const told = act === 'withdraw' ? { taken_at: deps.clock.now() } : {};
    const given = act === 'restore' ? { given_at: deps.clock.now() } : {};
    await write(deps, target, { ...SMOOTH, ...done, ...told, ...given }).catch(async (error: unknown) => {
      if (error instanceof Overtaken) await doubt(deps, target);
      throw error;
    });
    return 'on';
  }
  const byHand = connector.byHand === true;
  if (byHand || isProven(done)) {
    await write(deps, target, { ...SMOOTH, ...proofColumns(done, act, deps, byHand) });
    return byHand && act === 'prove-withdrawn' ? 'stop' : 'on';
  }
  // Reading it again may show it; if it never does, or did and does no longer, the system is told once more.
  const isUndone = act === 'prove-withdrawn' && target.proven_at !== null;
  const again = isUndone || attempt % TELL_AGAIN_AFTER === 0 ? { taken_at: null, given_at: null } : {};
  await write(deps, target, { proof: JSON.stringify(done.readings), proven_at: null, ...again });
  throw new NotSeen(done, isUndone);
}

/** What stands in the way is on record before it is tried again, and stays there until nothing does. */
async function noteTrouble(
  deps: CarryDeps,
  id: { organisation: string; target: string },
  error: unknown,
): Promise<void> {
  const target = await targetById(deps.db, id.organisation, id.target);
  if (target === undefined) return;
  const trouble = error instanceof NeedsPerson ? 'needs-person' : 'retrying';
  const words = (error instanceof Error ? error.message : String(error)).slice(0, MOST_WORDS);
  if (target.trouble === trouble && target.trouble_words === words) return;
  await write(deps, target, {
    trouble,
    trouble_words: words,
    trouble_since: target.trouble_since ?? deps.clock.now(),
  });
}

/** Nothing is left to do now. What was shown is looked at again a day after, also where somebody has asked in between. */
async function rest({ db, clock, random }: CarryDeps, target: Target): Promise<void> {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    await settle(tx, target, now);
    if (target.proven_at === null) return;
    await queueTarget(tx, target, target.id, { now, random, runAt: target.proven_at + LOOK_AGAIN_MS });
  });
}

/**
 * Brings one target to where it is wanted, however far it is and whatever became of whoever began. Ends when nothing is
 * left to do; throws where it is to be tried again: what needs a person once an hour, all else with the job's back-off.
 */
export async function carryOut(
  deps: CarryDeps,
  { organisation, target: id }: { readonly organisation: string; readonly target: string },
  attempt: Attempt,
): Promise<void> {
  try {
    for (;;) {
      const target = await targetById(deps.db, organisation, id);
      if (target === undefined) return;
      const act = nextAct(target, await isWanted(deps.db, target), deps.clock.now());
      if (act === null) {
        await rest(deps, target);
        return;
      }
      if ((await actOnce(deps, target, act, attempt)) === 'stop') return;
    }
  } catch (error) {
    if (error instanceof Overtaken) throw new TryLater('somebody else has acted on this', 0, { cause: error });
    await noteTrouble(deps, { organisation, target: id }, error);
    if (error instanceof NeedsPerson) throw new TryLater(error.message, HOUR_MS, { cause: error });
    throw error;
  }
}
