import type { Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { mayBecome, type Refusal, sameName, standing } from './lifecycle.ts';
import { planRound } from './reminders.ts';
import type { Status } from './schema.ts';
import { appendEvent, type AuthorisationRow, lockAuthorisation, updateAuthorisation } from './store.ts';

export interface ActDeps {
  readonly db: Db;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** What a person does to an authorisation. */
export interface Act {
  readonly ref: string;
  /** The version that they looked at; undefined where they act on whatever is there. */
  readonly version: number | undefined;
  readonly becomes: Status;
  /** Who has brought it there already; doing it again changes nothing. */
  readonly doneBy: (row: AuthorisationRow) => string | null;
  /** Throws where it may not be; gives what changes, and what the history says of it. */
  readonly work: (tx: Tx, row: AuthorisationRow) => Promise<Change>;
}

export interface Change {
  readonly columns: Partial<AuthorisationRow>;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export const lifeOf = ({ status, valid_to: validTo }: Pick<AuthorisationRow, 'status' | 'valid_to'>) => ({
  status,
  validTo,
});

export function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw problem(refusal.code, refusal.detail);
}

function refuseAct(row: AuthorisationRow, { becomes, version }: Act, now: number): void {
  const { ref, decided_by: by } = row;
  const is = standing(lifeOf(row), now);
  if (!mayBecome(is, becomes))
    throw problem(
      'conflict',
      `${ref} is ${is} already${is === 'approved' && by !== null ? `, by ${by}` : ''}: nothing was changed.`,
    );
  if (version !== undefined && version !== row.version)
    throw problem('conflict', `${ref} has changed since you read it: read it again (it is at version ${row.version}).`);
}

/** One act, with its place in the history and in the audit log. Of two that come at once the second is refused. */
export async function actOn(caller: Caller, act: Act, { db, now: at, random }: ActDeps): Promise<void> {
  const { organisation } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const row = await lockAuthorisation(tx, organisation, act.ref);
    const doneBy = row.status === act.becomes ? act.doneBy(row) : null;
    if (doneBy !== null && sameName(doneBy, caller.name)) return;
    refuseAct(row, act, at);
    const { columns, detail = {} } = await act.work(tx, row);
    const changed = { ...columns, status: act.becomes };
    await updateAuthorisation(tx, row, changed);
    await appendEvent(tx, row, { at, actor, type: act.becomes, detail });
    await planRound(tx, { ...row, ...changed }, { at, random });
    const target = `authorisation:${row.ref}`;
    await recordAct(tx, {
      organisation,
      at,
      actor,
      action: `authorisation-${act.becomes}`,
      target,
      detail: { kind: row.kind },
    });
  });
}
