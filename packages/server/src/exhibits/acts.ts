import type { Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { visibleTo } from '../concealed.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { appendCustody, type NewCustodyEvent } from './custody.ts';
import { exhibitOf } from './read.ts';
import type { Agreement, Seizure, Transfer } from './schema.ts';

export interface ActDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
}

type Moved = Pick<Transfer, 'from' | 'to' | 'place' | 'condition' | 'seal' | 'note' | 'happenedAt'>;

function happenedAt({ happenedAt: told }: Pick<Moved, 'happenedAt'>, now: number): number {
  const at = typeof told === 'string' ? Date.parse(told) : now;
  if (at > now)
    throw problem('validation', 'happenedAt must not be in the future.', [
      { field: 'body.happenedAt', expected: 'a moment that has passed' },
    ]);
  return at;
}

const moved = (type: string, move: Moved, actor: string, now: number): NewCustodyEvent => ({
  type,
  happened_at: happenedAt(move, now),
  recorded_at: now,
  recorded_by: actor,
  handed_by: move.from,
  taken_by: move.to,
  place: move.place,
  condition: move.condition,
  seal: move.seal ?? null,
  note: move.note ?? null,
});

async function deviceIn(tx: Tx, { organisation }: Caller, { kind, device }: Seizure): Promise<string | null> {
  const expected = [{ field: 'body.device', expected: 'the asset tag of the device that was seized' }];
  if (kind !== 'device' && typeof device === 'string')
    throw problem('validation', 'Only a device has an asset tag.', expected);
  if (kind !== 'device') return null;
  if (typeof device !== 'string') throw problem('validation', 'A device is named by its asset tag.', expected);
  const row = await deviceByTag(tx, organisation, device);
  if (row === undefined) throw problem('device-unknown', `There is no device ${device}.`);
  return row.id;
}

async function breachIn(tx: Tx, caller: Caller, ref: string | null | undefined): Promise<string | null> {
  if (typeof ref !== 'string') return null;
  const row = await tx
    .selectFrom('breaches')
    .select('id')
    .where('organisation', '=', caller.organisation)
    .where('ref', '=', ref)
    .where(visibleTo(caller))
    .executeTakeFirst();
  if (row === undefined) throw problem('breach-unknown', `There is no breach ${ref}.`);
  return row.id;
}

async function refuseHeldAlready(tx: Tx, organisation: string, device: string | null): Promise<void> {
  if (device === null) return;
  const held = await tx
    .selectFrom('exhibits')
    .select('ref')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('status', '=', 'held')
    .executeTakeFirst();
  if (held !== undefined) throw problem('conflict', `This device is held already, as ${held.ref}.`);
}

/** Opens the record of custody of what was seized (clause 4.7). Gives its reference. */
export async function seize(caller: Caller, seizure: Seizure, { db, now: at, random }: ActDeps): Promise<string> {
  const { organisation } = caller;
  const actor = actorOf(caller);
  return inTransaction(db, async (tx) => {
    const device = await deviceIn(tx, caller, seizure);
    const breach = await breachIn(tx, caller, seizure.breach);
    const event = moved('seized', seizure, actor, at);
    await refuseHeldAlready(tx, organisation, device);
    const exhibit = { organisation, id: newId(at, random), ref: await nextReference(tx, organisation, 'exhibits', at) };
    const { kind, description, serial = null } = seizure;
    const rest = { kind, description, serial, device, breach, status: 'held', orders_agreed: 0, created_at: at };
    await tx
      .insertInto('exhibits')
      .values({ ...exhibit, ...rest })
      .execute();
    const link = await appendCustody(tx, exhibit, event);
    const act = { organisation, at, actor, action: 'exhibit-seized', target: `exhibit:${exhibit.ref}` };
    await recordAct(tx, { ...act, detail: { kind, link } });
    return exhibit.ref;
  });
}

interface Change {
  readonly action: string;
  readonly event: NewCustodyEvent;
  readonly columns: { readonly status?: string; readonly orders_agreed?: number };
}

/** Writes what was done to one that is held: whoever else writes of it waits. */
async function write(
  caller: Caller,
  ref: string,
  change: Change,
  { db, now: at }: Omit<ActDeps, 'random'>,
): Promise<void> {
  const { organisation } = caller;
  await inTransaction(db, async (tx) => {
    const { id } = await exhibitOf(tx, caller, ref);
    const own = tx.selectFrom('exhibits').selectAll().where('organisation', '=', organisation).where('id', '=', id);
    const row = await locking(tx, own).executeTakeFirstOrThrow();
    if (row.status !== 'held') throw problem('conflict', `${ref} has been released: its record is closed.`);
    if (Object.keys(change.columns).length > 0)
      await tx
        .updateTable('exhibits')
        .set(change.columns)
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .execute();
    const link = await appendCustody(tx, row, change.event);
    const act = { organisation, at, actor: actorOf(caller), action: change.action, target: `exhibit:${ref}` };
    await recordAct(tx, { ...act, detail: { link } });
  });
}

/** Somebody else has it from now on. */
export const transferExhibit = (caller: Caller, ref: string, transfer: Transfer, deps: Omit<ActDeps, 'random'>) =>
  write(
    caller,
    ref,
    { action: 'exhibit-transferred', event: moved('transferred', transfer, actorOf(caller), deps.now), columns: {} },
    deps,
  );

/** It is given back or disposed of, and is an exhibit no longer. */
export const releaseExhibit = (caller: Caller, ref: string, release: Transfer, deps: Omit<ActDeps, 'random'>) =>
  write(
    caller,
    ref,
    {
      action: 'exhibit-released',
      event: moved('released', release, actorOf(caller), deps.now),
      columns: { status: 'released', orders_agreed: 0 },
    },
    deps,
  );

/** The officer agrees that orders which change it are carried out, or does not any more. */
export function agreeToOrders(caller: Caller, ref: string, { agreed, note }: Agreement, deps: Omit<ActDeps, 'random'>) {
  const type = agreed ? 'orders-agreed' : 'orders-stopped';
  const nobody = { handed_by: null, taken_by: null, place: null, condition: null, seal: null };
  const event = { type, happened_at: deps.now, recorded_at: deps.now, recorded_by: actorOf(caller), ...nobody, note };
  return write(caller, ref, { action: `exhibit-${type}`, event, columns: { orders_agreed: agreed ? 1 : 0 } }, deps);
}
