import type { OneOff } from '@beadle/shared';
import type { Restrictor } from '../restrictions/means.ts';
import type { Sql } from '../outbox/store.ts';
import type { EffectBook } from './effects.ts';
import { messageOf } from './notices.ts';

export interface OneOffsOptions {
  readonly sql: Sql;
  readonly effects: EffectBook;
  readonly restrictor: Pick<Restrictor, 'show'>;
  /** Makes each current state a finding again; called within a transaction. */
  readonly resend: () => void;
  readonly now: () => number;
}

/**
 * What is done once. A message is begun on the disk before it is shown: where the device stops in between it is reported
 * as failed, and not shown twice. Sending again and noting that is one transaction.
 */
export function createOneOffs({ sql, effects, restrictor, resend, now }: OneOffsOptions) {
  /** Begun in this run. */
  let showing: string | undefined;

  async function showMessage(order: Extract<OneOff, { kind: 'message' }>): Promise<boolean> {
    effects.begin(order.id, order.kind);
    showing = order.id;
    const shown = await restrictor
      .show(messageOf(order))
      .catch((error: unknown) => ({ kind: 'failed' as const, observed: String(error) }));
    showing = undefined;
    if (shown.kind === 'later') {
      effects.forgetBegun(order.id);
      return true;
    }
    effects.note(order, shown.kind, shown.observed);
    return false;
  }

  async function one(order: OneOff): Promise<boolean> {
    const before = effects.order(order.id);
    if (before?.effect === 'begun' && showing !== order.id)
      effects.note(order, 'failed', 'the device stopped while it was being shown; it is not shown twice');
    if (before !== undefined) return false;
    if (Date.parse(order.until) <= now()) {
      effects.note(order, 'too-late', 'its end had passed before it could be done here');
      return false;
    }
    if (order.kind === 'message') return showMessage(order);
    sql.transaction(() => {
      resend();
      effects.note(order, 'sent', 'every current state was put into the outbox again');
    })();
    return false;
  }

  return {
    /** True where one of them is to be tried again later. */
    async settle(orders: readonly OneOff[]): Promise<boolean> {
      let waits = false;
      for (const order of orders) waits = (await one(order)) || waits;
      return waits;
    },
  };
}
