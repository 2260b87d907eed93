import { type Random, iso, isoOrNull } from '@beadle/shared';
import { sql } from 'kysely';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { visibleTo } from '../concealed.ts';
import type { Db, Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { personByAccount } from '../people/store.ts';
import { type HoldAnswer, type HoldKind, type NewHold } from './holds-schema.ts';

interface ActDeps {
  readonly db: Db;
  /** In milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** The id of what a hold is on. Throws where it is not there, or is kept from whoever asks. */
async function targetOf(tx: Tx, caller: Caller, { kind, target }: NewHold): Promise<string> {
  const { organisation } = caller;
  if (kind === 'device') {
    const device = await deviceByTag(tx, organisation, target);
    if (device === undefined) throw problem('device-unknown', `There is no device ${target}.`);
    return device.id;
  }
  if (kind === 'person') {
    const person = await personByAccount(tx, organisation, target);
    if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
    return person.account;
  }
  const breach = await tx
    .selectFrom('breaches')
    .select('id')
    .where('organisation', '=', organisation)
    .where('ref', '=', target)
    .where(visibleTo(caller))
    .executeTakeFirst();
  if (breach === undefined) throw problem('breach-unknown', `There is no breach ${target}.`);
  return breach.id;
}

const untilOf = ({ until }: NewHold, now: number): number | null => {
  if (typeof until !== 'string') return null;
  const at = Date.parse(until);
  if (at <= now) {
    const field = { field: 'body.until', expected: 'a time in the future' };
    throw problem('validation', 'until must be in the future.', [field]);
  }
  return at;
};

/** From now on nothing of it is erased; gives the reference. Whatever erases waits for it, and finds it. */
export async function placeHold(caller: Caller, hold: NewHold, { db, now: at, random }: ActDeps): Promise<string> {
  const { organisation } = caller;
  const { kind, reason } = hold;
  const until = untilOf(hold, at);
  const actor = actorOf(caller);
  return inTransaction(db, async (tx) => {
    const target = await targetOf(tx, caller, hold);
    const ref = await nextReference(tx, organisation, 'holds', at);
    await lockOrganisation(tx, organisation);
    const placed = { kind, target, reason, placed_at: at, placed_by: actor, until };
    const open = { ended_at: null, ended_by: null, end_reason: null };
    await tx
      .insertInto('legal_holds')
      .values({ organisation, id: newId(at, random), ref, ...placed, ...open })
      .execute();
    const act = { organisation, at, actor, action: 'legal-hold-placed', target: `hold:${ref}` };
    await recordAct(tx, { ...act, detail: { kind, until: isoOrNull(until) } });
    return ref;
  });
}

/** What it was on is erased again as retention says. One that has ended is a `conflict`. */
export async function endHold(
  caller: Caller,
  ref: string,
  reason: string,
  { db, now: at }: Pick<ActDeps, 'db' | 'now'>,
): Promise<void> {
  const { organisation } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const { inForce } = await readHold(tx, caller, ref, at);
    if (!inForce) throw problem('conflict', 'This legal hold has ended already.');
    await tx
      .updateTable('legal_holds')
      .set({ ended_at: at, ended_by: actor, end_reason: reason })
      .where('organisation', '=', organisation)
      .where('ref', '=', ref)
      .execute();
    await recordAct(tx, { organisation, at, actor, action: 'legal-hold-ended', target: `hold:${ref}` });
  });
}

/** Holds with what they are on, as it is called; one on a breach that is kept from whoever looks is not there. */
const holds = (db: Db | Tx, viewer: Pick<Caller, 'organisation' | 'name'>) =>
  db
    .selectFrom('legal_holds')
    .leftJoin('devices', (join) =>
      join
        .onRef('devices.organisation', '=', 'legal_holds.organisation')
        .onRef('devices.id', '=', 'legal_holds.target')
        .on('legal_holds.kind', '=', 'device'),
    )
    .leftJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'legal_holds.organisation')
        .onRef('breaches.id', '=', 'legal_holds.target')
        .on('legal_holds.kind', '=', 'breach'),
    )
    .selectAll('legal_holds')
    .select(['devices.asset_tag', 'breaches.ref as breach_ref'])
    .where('legal_holds.organisation', '=', viewer.organisation)
    .where(visibleTo(viewer));
type HoldView = Awaited<ReturnType<ReturnType<typeof holds>['execute']>>[number];

export const isInForce = (hold: Pick<HoldView, 'ended_at' | 'until'>, now: number): boolean =>
  hold.ended_at === null && (hold.until === null || hold.until > now);

const presentHold = (row: HoldView, now: number): HoldAnswer => ({
  ref: row.ref,
  kind: row.kind,
  target: row.asset_tag ?? row.breach_ref ?? row.target,
  reason: row.reason,
  placedAt: iso(row.placed_at),
  placedBy: row.placed_by,
  until: isoOrNull(row.until),
  endedAt: isoOrNull(row.ended_at),
  endedBy: row.ended_by,
  endReason: row.end_reason,
  inForce: isInForce(row, now),
});

/** The newest first; one more than the limit where there is a next page. `after`: the reference of the last one before. */
export async function listHolds(
  db: Db,
  caller: Caller,
  { limit, after, now }: { readonly limit: number; readonly after?: string | undefined; readonly now: number },
): Promise<HoldAnswer[]> {
  const newest = holds(db, caller)
    .orderBy('legal_holds.ref', 'desc')
    .limit(limit + 1);
  const rows = await (after === undefined ? newest : newest.where('legal_holds.ref', '<', after)).execute();
  return rows.map((row) => presentHold(row, now));
}

/** Throws `hold-unknown`. */
export async function readHold(db: Db | Tx, caller: Caller, ref: string, now: number): Promise<HoldAnswer> {
  const row = await holds(db, caller).where('legal_holds.ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw problem('hold-unknown', `There is no legal hold ${ref}.`);
  return presentHold(row, now);
}

/** What holds are in force, whoever asks. */
export const holdsInForce = (db: Db | Tx, organisation: string, now: number) =>
  db
    .selectFrom('legal_holds')
    .select(['ref', 'target', sql<HoldKind>`kind`.as('kind')])
    .where('organisation', '=', organisation)
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', now)]))
    .orderBy('ref')
    .execute();
