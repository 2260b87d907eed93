import type { Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';

/** The registers that devices are told of, or that say what a device is told. */
export type Versioned = 'people' | 'sticks' | 'printers';

interface Changed {
  readonly organisation: string;
  readonly at: number;
  readonly random: Random;
}

/** Says that a register has been given or has changed, so that devices are told at their next check-in. */
export async function noteChanged(tx: Tx, name: Versioned, { organisation, at, random }: Changed): Promise<void> {
  const version = newId(at, random);
  await tx
    .insertInto('registers')
    .values({ organisation, name, version, changed_at: at })
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doUpdateSet({ version, changed_at: at }))
    .execute();
}
