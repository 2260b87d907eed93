import type { Tx } from '../db/database.ts';

export interface WithdrawalEvent {
  readonly at: number;
  /** `actorOf(caller)`, or `beadle`. */
  readonly actor: string;
  /** A past participle, such as `ordered`. */
  readonly type: string;
  readonly step?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Adds to what happened to a withdrawal, in the order of the transactions. */
export async function appendEvents(
  tx: Tx,
  { organisation, id }: { readonly organisation: string; readonly id: string },
  events: readonly WithdrawalEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const { last } = await tx
    .selectFrom('withdrawal_events')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .where('organisation', '=', organisation)
    .where('withdrawal', '=', id)
    .executeTakeFirstOrThrow();
  const first = (last ?? 0) + 1;
  await tx
    .insertInto('withdrawal_events')
    .values(
      events.map(({ at, actor, type, step = null, detail = {} }, index) => ({
        organisation,
        withdrawal: id,
        sequence: first + index,
        at,
        actor,
        type,
        step,
        detail: JSON.stringify(detail),
      })),
    )
    .execute();
}
