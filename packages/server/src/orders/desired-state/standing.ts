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

type Standing = Pick<OrderRow, 'kind' | 'until' | 'lifted_at' | 'dropped_version' | 'effect' | 'effect_generation'>;

/** What is known of the device now. */
export interface Holder {
  readonly generation: number;
  /** The version that it says it holds. */
  readonly desired_held: number;
}

/** What the device has said in its present generation: what was in force before it was enrolled again is so no longer. */
const saidBy = ({ effect, effect_generation }: Standing, generation: number): Effect['effect'] | null =>
  effect_generation === generation ? (effect as Effect['effect'] | null) : null;

/** It holds to a version without the order, and never said that it was in force: it never was, or is no more. */
const neverHeld = ({ dropped_version: dropped }: Standing, { desired_held: held }: Holder): boolean =>
  dropped !== null && held >= dropped;

/** Pure: how an order of this device stands. */
export function standingOf(order: Standing, device: Holder, now: number): OrderStanding {
  const said = saidBy(order, device.generation);
  if (said !== null && said !== 'in-force') return said;
  if (order.lifted_at !== null) return said === null && neverHeld(order, device) ? 'lifted' : 'lifting';
  if (said === 'in-force') return 'in-force';
  return order.until !== null && order.until <= now ? 'over' : 'ordered';
}

const OPEN: readonly OrderStanding[] = ['ordered', 'in-force', 'lifting', 'failed', 'unsupported'];

/** Whether it restricts its device, is to, or may still do so. */
export const isOpen = (order: Standing, device: Holder, now: number): boolean =>
  isRestriction(order.kind) && OPEN.includes(standingOf(order, device, now));
