import { MOST_PAUSE_MS, type Random } from '@beadle/shared';
import { actOf, actorOf, type Caller } from '../../access.ts';
import { recordAct } from '../../audit/record.ts';
import type { Tx } from '../../db/database.ts';
import { lockDevice } from '../../db/locks.ts';
import { inTransaction } from '../../db/transaction.ts';
import { problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { PauseRow, PauseScope } from '../../orders/pauses/pauses.ts';
import { pausesHolding } from '../../orders/pauses/pauses.ts';
import { settlePause } from '../../orders/pauses/settle.ts';
import { queueSweep } from '../../orders/pauses/sweep.ts';
import { asHeld, registeredIn } from '../../orders/registered.ts';
import { enrolledDevice, type OrderingDeps, refuseOwn } from '../act.ts';
import type { NewPause } from './schema.ts';
import { hasGroup, pauseById, tagOf } from './store.ts';

export interface PausingDeps extends Pick<OrderingDeps, 'db' | 'clock' | 'announce'> {
  readonly random: Random;
  /** A job has been queued: the worker need not wait to look. */
  readonly wake: () => void;
}

const wrong = (field: 'name' | 'until', detail: string, expected: string) =>
  problem('validation', detail, [{ field: `body.${field}`, expected }]);

function endOf(until: string, now: number): number {
  const at = Date.parse(until);
  if (at > now && at <= now + MOST_PAUSE_MS) return at;
  throw wrong('until', 'A pause ends by itself, within 30 days.', 'a time in the next 30 days');
}

type What = Pick<PauseRow, 'scope' | 'device' | 'group_name'>;

/** What is to be paused: a device on which an agent may run, a group that somebody or something is in, or all. */
async function whatOf(tx: Tx, organisation: string, scope: PauseScope, name: string | null): Promise<What> {
  if (scope === 'all') {
    if (name !== null) throw wrong('name', 'All devices have no name.', 'nothing');
    return { scope, device: null, group_name: null };
  }
  if (name === null)
    throw wrong('name', `Which ${scope}?`, scope === 'device' ? 'an asset tag' : 'the name of a group');
  if (scope === 'device') return { scope, device: (await enrolledDevice(tx, organisation, name)).id, group_name: null };
  if (!(await hasGroup(tx, organisation, name)))
    throw wrong(
      'name',
      `No device and nobody is in the group ${name}.`,
      'the name of a group, as the registers have it',
    );
  return { scope, device: null, group_name: name };
}

/** The one device at once, and all others a few at a time. */
async function carryOut(tx: Tx, pause: Pick<PauseRow, 'organisation' | 'scope' | 'device'>, deps: PausingDeps) {
  const { organisation } = pause;
  const now = deps.clock.now();
  if (pause.scope !== 'device') return queueSweep(tx, organisation, { key: 'all', runAt: now, at: now }, deps.random);
  if (pause.device === null) return;
  await lockDevice(tx, organisation, pause.device);
  const device = await tx
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', pause.device)
    .executeTakeFirst();
  if (device === undefined) return;
  const held = asHeld(device, await registeredIn(tx, organisation));
  await settlePause(tx, held, await pausesHolding(tx, organisation, now), { now, announce: deps.announce });
}

/** ICT pauses collection, notices and orders. Gives the id. Throws `validation`, `device-unknown`, `conflict`, `not-permitted`. */
export async function beginPause(caller: Caller, asked: NewPause, deps: PausingDeps): Promise<string> {
  const now = deps.clock.now();
  const { organisation } = caller;
  const { scope, reason, name = null } = asked;
  const until = endOf(asked.until, now);
  if (scope === 'device' && name !== null) await refuseOwn(deps, caller, name);
  const id = newId(now, deps.random);
  await inTransaction(deps.db, async (tx) => {
    const what = await whatOf(tx, organisation, scope, name);
    const pause = { organisation, id, ...what, since: now, until, reason, begun_by: actorOf(caller) };
    await tx.insertInto('pauses').values(pause).execute();
    await carryOut(tx, pause, deps);
    await queueSweep(tx, organisation, { key: `end:${id}`, runAt: until, at: now }, deps.random);
    const detail = { scope, name, until: asked.until, reason };
    await recordAct(tx, { ...actOf(caller, now), action: 'pause-began', target: `pause:${id}`, detail });
  });
  deps.wake();
  return id;
}

/** Somebody of ICT ends a pause before its time. Throws `pause-unknown` and `conflict`. */
export async function endPause(caller: Caller, id: string, reason: string, deps: PausingDeps): Promise<void> {
  const now = deps.clock.now();
  const { organisation } = caller;
  await inTransaction(deps.db, async (tx) => {
    const pause = await pauseById(tx, organisation, id, true);
    if (pause === undefined) throw problem('pause-unknown', 'There is no such pause.');
    if (pause.ended_at !== null || pause.until <= now) throw problem('conflict', 'This pause is over already.');
    await tx
      .updateTable('pauses')
      .set({ ended_at: now, ended_by: actorOf(caller), end_reason: reason })
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .execute();
    await carryOut(tx, pause, deps);
    const name = pause.device === null ? pause.group_name : await tagOf(tx, organisation, pause.device);
    const detail = { scope: pause.scope, name, reason };
    await recordAct(tx, { ...actOf(caller, now), action: 'pause-ended', target: `pause:${id}`, detail });
  });
  deps.wake();
}
