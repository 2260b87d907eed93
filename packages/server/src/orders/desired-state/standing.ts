import type { Effect } from '@beadle/shared';
import { isRestriction, type OrderRow } from './document.ts';

/**
 * How an order stands: never more than the device itself has said of it. `ordered`: it has not answered yet; `lifting`: it
 * was lifted, and the device has not said that it has ended; `over`: its end has passed without a word from the device.
 */
export const STANDINGS = [
  'ordered',
  'in-force',
  'lifting',
  'lifted',
  'over',
  'lapsed',
  'released',
  'shown',
  'sent',
  'too-late',
  'failed',
  'unsupported',
] as const;
export type OrderStanding = (typeof STANDINGS)[number];

type Standing = Pick<OrderRow, 'kind' | 'until' | 'lifted_at' | 'effect' | 'effect_generation'>;

/** What the device has said in its present generation: what was in force before it was enrolled again is so no longer. */
const saidBy = ({ effect, effect_generation }: Standing, generation: number): Effect['effect'] | null =>
  effect_generation === generation ? (effect as Effect['effect'] | null) : null;

/** Pure. `generation` is the device's present one. */
export function standingOf(order: Standing, generation: number, now: number): OrderStanding {
  const said = saidBy(order, generation);
  if (said !== null && said !== 'in-force') return said;
  if (order.lifted_at !== null) return 'lifting';
  const hasPassed = order.until !== null && order.until <= now;
  // A restriction whose end has passed may hold on for all that is known, where the device was seen to be in it.
  if (said === 'in-force') return 'in-force';
  return hasPassed ? 'over' : 'ordered';
}

const OPEN: readonly OrderStanding[] = ['ordered', 'in-force', 'lifting', 'failed', 'unsupported'];

/** Whether it restricts its device, is to, or may still do so. */
export const isOpen = (order: Standing, generation: number, now: number): boolean =>
  isRestriction(order.kind) && OPEN.includes(standingOf(order, generation, now));
