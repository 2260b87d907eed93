import { IsoTime, iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Caller } from '../../access.ts';
import { actorOf } from '../../access.ts';
import type { Db, Tx } from '../../db/database.ts';
import type { BreachActionTable } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import { problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { BreachRow } from '../store.ts';
import { actIn, type LifeDeps } from './act.ts';
import { Text } from '../../shapes.ts';

const closed = { additionalProperties: false } as const;

export const NewAction = Type.Object(
  { title: Text(300, 'what is to be done'), owner: Text(200, 'who does it'), due: IsoTime },
  closed,
);
export const ActionEnd = Type.Object(
  {
    outcome: Type.Enum(['done', 'dropped'], { description: 'done or dropped' }),
    note: Type.Optional(Text(2000, 'what came of it, or why it is dropped')),
  },
  closed,
);
export const ActionAnswer = Type.Object({
  id: Type.String(),
  title: Type.String(),
  owner: Type.String(),
  due: Type.String(),
  outcome: Type.Union([Type.String(), Type.Null()], { description: 'done, dropped, or null while it is open' }),
  note: Type.Union([Type.String(), Type.Null()]),
  endedAt: Type.Union([Type.String(), Type.Null()]),
});

type About = Pick<BreachRow, 'organisation' | 'id'>;

export const actionsOf = (db: Db | Tx, { organisation, id }: About): Promise<BreachActionTable[]> =>
  db
    .selectFrom('breach_actions')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('breach', '=', id)
    .orderBy('due_at')
    .orderBy('id')
    .execute();

export const openActions = async (db: Db | Tx, breach: About): Promise<BreachActionTable[]> =>
  (await actionsOf(db, breach)).filter(({ ended_at: endedAt }) => endedAt === null);

export const presentAction = (row: BreachActionTable): Static<typeof ActionAnswer> => ({
  id: row.id,
  title: row.title,
  owner: row.owner,
  due: iso(row.due_at),
  outcome: row.outcome,
  note: row.note,
  endedAt: isoOrNull(row.ended_at),
});

/** Somebody is to do something about a breach. Gives the action's id. */
export async function addAction(
  caller: Caller,
  ref: string,
  { title, owner, due }: Static<typeof NewAction>,
  { db, now, random }: LifeDeps,
): Promise<string> {
  const id = newId(now, random);
  const work = async (tx: Tx, breach: BreachRow) => {
    await tx
      .insertInto('breach_actions')
      .values({
        organisation: breach.organisation,
        id,
        breach: breach.id,
        title,
        owner,
        due_at: Date.parse(due),
        made_at: now,
        made_by: actorOf(caller),
        ended_at: null,
        ended_by: null,
        outcome: null,
        note: null,
      })
      .execute();
    return {};
  };
  const act = { act: null, type: 'action-added', detail: { title, owner, due }, work };
  await inTransaction(db, (tx) => actIn(tx, caller, [ref], act, now));
  return id;
}

/** It is done, or will not be. What has ended stays ended: what is needed again is a new action. */
export async function endAction(
  caller: Caller,
  ref: string,
  id: string,
  { outcome, note }: Static<typeof ActionEnd>,
  { db, now }: LifeDeps,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await tx
      .selectFrom('breach_actions')
      .innerJoin('breaches', (join) =>
        join
          .onRef('breaches.organisation', '=', 'breach_actions.organisation')
          .onRef('breaches.id', '=', 'breach_actions.breach'),
      )
      .select(['breach_actions.title', 'breach_actions.ended_at'])
      .where('breach_actions.organisation', '=', caller.organisation)
      .where('breaches.ref', '=', ref)
      .where('breach_actions.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw problem('not-found', `${ref} has no such action.`);
    const work = async (inside: Tx, breach: BreachRow) => {
      const { numUpdatedRows } = await inside
        .updateTable('breach_actions')
        .set({ ended_at: now, ended_by: actorOf(caller), outcome, note: note ?? null })
        .where('organisation', '=', breach.organisation)
        .where('breach', '=', breach.id)
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw problem('conflict', `“${row.title}” has ended already.`);
      return {};
    };
    const detail = { title: row.title, ...(note === undefined ? {} : { note }) };
    await actIn(tx, caller, [ref], { act: null, type: `action-${outcome}`, detail, work }, now);
  });
}
