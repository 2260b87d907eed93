import type { Clock, Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { changeByPersonIn, type ChangeDeps, lockedDevice } from '../devices/change.ts';
import { problem } from '../errors.ts';
import { callerMay } from '../people/permissions.ts';
import { changeRowIn, contextOf, rowOfBody } from '../registers/change.ts';
import { printers } from '../registers/printers.ts';
import { sticks } from '../registers/sticks.ts';
import type { Baseline, Item, Unheld } from './baseline.ts';
import { decide } from './store.ts';

export interface DecideDeps extends Pick<ChangeDeps, 'judge'> {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Wish {
  readonly item: string;
  readonly decision: 'accepted' | 'refused';
  readonly reason: string;
  /** Who holds the device: where a holder is accepted, and nowhere else. */
  readonly holder?: string | undefined;
}

type Decided =
  | { readonly kind: 'proposal'; readonly wish: Wish; readonly proposal: Item }
  | { readonly kind: 'holder'; readonly wish: Wish; readonly device: Unheld; readonly holder: string };

function decidedOf({ items, toBeRecorded: { holders } }: Baseline, wish: Wish, index: number): Decided {
  const proposal = items.find(({ id }) => id === wish.item);
  if (proposal !== undefined) return { kind: 'proposal', wish, proposal };
  const device = holders.find(({ id }) => id === wish.item);
  if (device === undefined)
    throw problem(
      'conflict',
      `${wish.item} is not proposed. What is to be mended can never be accepted into a baseline.`,
    );
  if (wish.decision === 'accepted' && wish.holder !== undefined)
    return { kind: 'holder', wish, device, holder: wish.holder };
  const field = { field: `body.decisions.${index}.holder`, expected: 'who holds the device, and to be accepted' };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

/** Enters what was accepted in its register, unless it is there: what a person said of it since stays. */
async function enter(
  tx: Tx,
  deps: DecideDeps,
  caller: Caller,
  { proposal, wish }: Extract<Decided, { kind: 'proposal' }>,
) {
  const { enters, name } = proposal;
  if (enters === null || wish.decision !== 'accepted') return;
  const context = contextOf(deps, caller);
  const note = `From the baseline: ${wish.reason}`.slice(0, 500);
  if (enters.register === 'sticks') {
    const row = rowOfBody(sticks, { serial: name, note });
    await changeRowIn(tx, { register: sticks, row, mode: 'missing', noun: 'stick' }, context);
  } else {
    const row = rowOfBody(printers, { pattern: name, class: enters.class, note });
    await changeRowIn(tx, { register: printers, row, mode: 'missing', noun: 'printer' }, context);
  }
}

/** Registers who holds a device, with the reason in the audit log. */
async function hold(
  tx: Tx,
  deps: DecideDeps,
  caller: Caller,
  { device, holder, wish }: Extract<Decided, { kind: 'holder' }>,
): Promise<void> {
  const at = deps.clock.now();
  const act = { organisation: caller.organisation, at, actor: actorOf(caller), action: 'baseline-item-accepted' };
  const detail = { kind: 'holder', name: device.assetTag, devices: 1, reason: wish.reason };
  await recordAct(tx, { ...act, target: `baseline:${device.id}`, detail });
  await changeByPersonIn(tx, caller, device.assetTag, { holder }, deps);
}

/**
 * Keeps decisions about what is proposed now, all or none, and enters what was accepted: a stick or a printer in its
 * register, a holder at the device. Throws `conflict` where something is not proposed, and `validation`.
 */
export async function decideItems(
  deps: DecideDeps,
  caller: Caller,
  baseline: Baseline,
  wishes: readonly Wish[],
): Promise<void> {
  const { organisation } = caller;
  const by = { organisation, by: actorOf(caller), at: deps.clock.now() };
  const decided = wishes.map((wish, index) => decidedOf(baseline, wish, index));
  const held = decided.filter((one) => one.kind === 'holder');
  if (held.length > 0 && !callerMay(caller, 'holders:write'))
    throw problem('not-permitted', `The role ${caller.role} may not say who holds a device.`);
  await inTransaction(deps.db, async (tx) => {
    // All devices before the organisation, which every act locks.
    for (const { device } of held.toSorted((a, b) => (a.device.assetTag < b.device.assetTag ? -1 : 1)))
      await lockedDevice(tx, organisation, device.assetTag);
    for (const one of decided) {
      const { decision, reason } = one.wish;
      if (one.kind === 'holder') await hold(tx, deps, caller, one);
      else {
        await decide(tx, { proposal: one.proposal, decision, reason }, by);
        await enter(tx, deps, caller, one);
      }
    }
  });
}
