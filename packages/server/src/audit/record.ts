import type { Tx } from '../db/database.ts';
import { linkOf, NO_LINK } from './chain.ts';
import { lockOrganisation } from '../db/locks.ts';

export interface Act {
  readonly organisation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `actorOf(caller)`, `cli:USER` or `beadle`. */
  readonly actor: string;
  /** A past participle with its subject, such as `device-registered`. */
  readonly action: string;
  /** What it was done to, such as `device:DBC-04127`. */
  readonly target: string;
  /** Kept for as long as the log: never a password, a token or more about a person than the act needs. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The counter beside the log by which a tail that was cut off is noticed. */
export const AUDIT_COUNTER = 'audit';

/** The last place of an organisation's chain, and its link. */
export async function headOf(tx: Tx, organisation: string): Promise<{ sequence: number; link: string }> {
  const last = await tx
    .selectFrom('audit')
    .select(['sequence', 'link'])
    .where('organisation', '=', organisation)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? { sequence: 0, link: NO_LINK };
}

/**
 * Appends to the organisation's audit log, in the transaction of the act itself: neither is there without the other. Acts
 * wait for each other, so that no two take the same place.
 */
export async function recordAct(tx: Tx, act: Act): Promise<void> {
  const { organisation, at, actor, action, target } = act;
  await lockOrganisation(tx, organisation);
  const { sequence, link: previous } = await headOf(tx, organisation);
  const chained = {
    organisation,
    sequence: sequence + 1,
    at,
    actor,
    action,
    target,
    detail: JSON.stringify(act.detail ?? {}),
  };
  await tx
    .insertInto('audit')
    .values({ ...chained, previous, link: linkOf(previous, chained) })
    .execute();
  await tx
    .insertInto('counters')
    .values({ organisation, name: AUDIT_COUNTER, value: chained.sequence })
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doUpdateSet({ value: chained.sequence }))
    .execute();
}
