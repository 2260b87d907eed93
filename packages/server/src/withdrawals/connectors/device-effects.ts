import type { Clock, Random } from '@beadle/shared';
import type { Tx } from '../../db/database.ts';
import type { EffectsChanged } from '../../orders/desired-state/effects.ts';
import { queueTarget } from '../queue.ts';

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
}

async function peopleOf(tx: Tx, { organisation, device, orders }: EffectsChanged): Promise<string[]> {
  if (orders.length === 0) return [];
  const rows = await tx
    .selectFrom('device_orders')
    .select('withdrawn_from')
    .distinct()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('id', 'in', [...orders])
    .where('withdrawn_from', 'is not', null)
    .execute();
  return rows.flatMap(({ withdrawn_from: person }) => (person === null ? [] : [person]));
}

/** A device has said something about what a withdrawal ordered of it: what waits for that is looked at again at once. */
export const onEffects =
  ({ clock, random }: Deps) =>
  async (tx: Tx, changed: EffectsChanged): Promise<void> => {
    const people = await peopleOf(tx, changed);
    if (people.length === 0) return;
    const { organisation } = changed;
    const targets = await tx
      .selectFrom('withdrawal_targets')
      .select(['id', 'connector'])
      .where('organisation', '=', organisation)
      .where('connector', '=', 'device')
      .where('person', 'in', people)
      .where('before', 'is not', null)
      .execute();
    for (const { id, connector } of targets)
      await queueTarget(tx, { organisation, connector }, id, { now: clock.now(), random });
  };
