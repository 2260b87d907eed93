import type { Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { appendEvent } from '../breaches/events.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { rightsDates } from '../deadlines/rights-dates.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { personOfHolder } from '../people/holder.ts';
import { aboutOf } from './about.ts';
import { askerNotice, officerNotice, tellPeople } from './notices.ts';
import { type RightsView, rightsOf } from './read.ts';
import type { RightsAnswerGiven, RightsRequest } from './schema.ts';

export interface RightsDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
  readonly origin: string;
}

/** Their account, where the list of people has an address for them. */
async function accountOf(db: Db, { organisation, name }: Caller): Promise<string | null> {
  const person = await personOfHolder(db, organisation, name);
  return person === undefined || person === 'many' || person.email === null ? null : person.account;
}

const OPEN = {
  acknowledged_at: null,
  acknowledged_by: null,
  answered_at: null,
  answered_by: null,
  outcome: null,
  answer: null,
  note: null,
} as const;

type Told = Pick<RightsView, 'organisation' | 'ref' | 'language' | 'account'>;

async function tellAsker(tx: Tx, told: Told, step: 'received' | 'acknowledged' | 'answered', deps: RightsDeps) {
  const { organisation, account } = told;
  if (account === null) return;
  const text = askerNotice(told, step, deps.origin);
  await tellPeople(tx, { organisation, role: 'worker', person: account, ...text, at: deps.now }, deps.random);
}

/**
 * Somebody complains, objects or asks for a correction: it has a reference at once, the Data Protection Officer is told, and
 * so is whoever asked where the list of people has an address. Gives the reference. Call the worker's `wake()` afterwards.
 */
export async function askRights(caller: Caller, request: RightsRequest, deps: RightsDeps): Promise<string> {
  const { db, now: at, random, origin } = deps;
  const { organisation } = caller;
  const { kind, words, language = 'en' } = request;
  const [about, account] = [await aboutOf(db, caller, request, at), await accountOf(db, caller)];
  const asked_by = actorOf(caller);
  return inTransaction(db, async (tx) => {
    const ref = await nextReference(tx, organisation, 'rights', at);
    const said = { kind, words, language, ...about, asked_at: at, asked_by, account };
    await tx
      .insertInto('rights_requests')
      .values({ organisation, id: newId(at, random), ref, ...said, ...OPEN })
      .execute();
    const text = officerNotice(ref, rightsDates(kind, at), origin);
    await tellPeople(tx, { organisation, role: 'data-protection-officer', ...text, at }, random);
    await tellAsker(tx, { organisation, ref, language, account }, 'received', deps);
    // Of which kind it is stands with it alone: the audit log is read by whoever it may complain of.
    await recordAct(tx, { organisation, at, actor: asked_by, action: 'rights-asked', target: `rights:${ref}` });
    return ref;
  });
}

type Change = Partial<Pick<RightsView, keyof typeof OPEN>>;

/** One act on one request, which is held meanwhile; nobody answers what they have asked themselves. */
async function act(
  caller: Caller,
  ref: string,
  name: 'acknowledged' | 'answered',
  deps: RightsDeps,
  work: (tx: Tx, row: RightsView) => Promise<Change>,
): Promise<void> {
  const { organisation } = caller;
  const [actor, at] = [actorOf(caller), deps.now];
  await inTransaction(deps.db, async (tx) => {
    const own = tx.selectFrom('rights_requests').select('id').where('organisation', '=', organisation);
    await locking(tx, own.where('ref', '=', ref)).execute();
    const row = await rightsOf(tx, organisation, ref);
    if (row.asked_by === actor)
      throw problem('not-permitted', 'You have sent this yourself: another person has to deal with it.');
    await tx
      .updateTable('rights_requests')
      .set(await work(tx, row))
      .where('organisation', '=', organisation)
      .where('id', '=', row.id)
      .execute();
    await tellAsker(tx, row, name, deps);
    await recordAct(tx, { organisation, at, actor, action: `rights-${name}`, target: `rights:${ref}` });
  });
}

/** The Data Protection Officer has it in hand. A second time is a `conflict`. */
export const acknowledgeRights = (caller: Caller, ref: string, deps: RightsDeps): Promise<void> =>
  act(caller, ref, 'acknowledged', deps, async (_tx, { acknowledged_at: before }) => {
    if (before !== null) throw problem('conflict', 'This has been acknowledged already.');
    return { acknowledged_at: deps.now, acknowledged_by: actorOf(caller) };
  });

function refuseNote({ kind, device }: RightsView, { outcome, note }: RightsAnswerGiven): void {
  const takesNote = kind === 'correction' && device !== null && outcome !== 'not-upheld';
  const expected = takesNote ? 'what stands beside what is recorded' : 'left out: nothing is corrected';
  if (takesNote !== (note !== undefined))
    throw problem('validation', `note must be ${expected}.`, [{ field: 'body.note', expected }]);
}

/**
 * Answers it, once: a second time is a `conflict`. What a correction says is recorded beside what it is about, which stays:
 * findings are never changed, and the breach has it in its timeline.
 */
export const answerRights = (caller: Caller, ref: string, given: RightsAnswerGiven, deps: RightsDeps): Promise<void> =>
  act(caller, ref, 'answered', deps, async (tx, row) => {
    if (row.answered_at !== null) throw problem('conflict', 'This has been answered already.');
    refuseNote(row, given);
    const { outcome, answer, note = null } = given;
    const [actor, at] = [actorOf(caller), deps.now];
    const { organisation, breach } = row;
    if (breach !== null && note !== null)
      await appendEvent(tx, { organisation, id: breach }, { at, actor, type: 'corrected', detail: { ref, note } });
    const acknowledged = row.acknowledged_at === null ? { acknowledged_at: at, acknowledged_by: actor } : {};
    return { ...acknowledged, answered_at: at, answered_by: actor, outcome, answer, note };
  });
