import { hash } from 'node:crypto';
import type { Tx } from '../db/database.ts';

/** The registers that devices are told of, or that say what a device is told. */
export type Versioned = 'people' | 'sticks' | 'printers';

/** What the documents for devices have of each register, in an order of its own. */
const CONTENT: Readonly<Record<Versioned, (tx: Tx, organisation: string) => Promise<unknown>>> = {
  people: async (tx, organisation) => [
    await tx
      .selectFrom('people')
      .select(['id', 'account', 'email', 'name', 'population', 'gone_at'])
      .where('organisation', '=', organisation)
      .orderBy('account')
      .execute(),
    await tx
      .selectFrom('people_group_members')
      .select(['group_name', 'person'])
      .where('organisation', '=', organisation)
      .orderBy('group_name')
      .orderBy('person')
      .execute(),
  ],
  sticks: (tx, organisation) =>
    tx
      .selectFrom('sticks')
      .select(['serial', 'encrypts_in_hardware', 'retired'])
      .where('organisation', '=', organisation)
      .orderBy('serial_key')
      .execute(),
  printers: (tx, organisation) =>
    tx
      .selectFrom('printers')
      .select(['pattern', 'class'])
      .where('organisation', '=', organisation)
      .orderBy('pattern_key')
      .execute(),
};

/**
 * Says that a register has been given or has changed, so that devices are told at their next check-in. Its version is the
 * hash of what it says, so that one names the same in every database.
 */
export async function noteChanged(
  tx: Tx,
  name: Versioned,
  { organisation, at }: { readonly organisation: string; readonly at: number },
): Promise<void> {
  const version = hash('sha256', JSON.stringify(await CONTENT[name](tx, organisation)), 'hex');
  await tx
    .insertInto('registers')
    .values({ organisation, name, version, changed_at: at })
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doUpdateSet({ version, changed_at: at }))
    .execute();
}
