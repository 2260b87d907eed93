import { linkOf, NO_LINK } from '../../../packages/server/src/audit/chain.ts';
import { AUDIT_COUNTER } from '../../../packages/server/src/audit/record.ts';
import type { Tx } from '../../../packages/server/src/db/database.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import type { Breach } from './breach-row.ts';
import { dice } from './dice.ts';
import { insertAll } from './insert.ts';
import { NOW, SIZES, YEAR_MS } from './sizes.ts';

const ACTIONS = ['breach-viewed', 'breach-viewed', 'device-viewed', 'breach-acknowledged', 'signed-in'] as const;

/** The audit log of a year, whole: looking at a breach is an act as well. */
export async function insertActs(tx: Tx, breaches: readonly Breach[]): Promise<void> {
  const rolled = dice(5);
  let previous = NO_LINK;
  const rows = Array.from({ length: SIZES.acts }, (_, index) => {
    const act = {
      organisation: ORGANISATION,
      sequence: index + 1,
      at: Math.floor(NOW - YEAR_MS + (index * YEAR_MS) / SIZES.acts),
      actor: rolled.of(['session:Ann Officer', 'session:Bo Deputy', 'token:service-desk']),
      action: rolled.of(ACTIONS),
      target: `breach:${rolled.of(breaches).ref}`,
      detail: '{"via":"session"}',
    };
    const link = linkOf(previous, act);
    const row = { ...act, previous, link };
    previous = link;
    return row;
  });
  await insertAll(tx, 'audit', rows);
  await insertAll(tx, 'counters', [{ organisation: ORGANISATION, name: AUDIT_COUNTER, value: rows.length }]);
}
