import type { ChainPosition } from '@beadle/shared';
import type { Item } from './batch.ts';

export interface Plan {
  /** What is new and follows on the head; empty where nothing does. */
  readonly accepted: readonly Item[];
  readonly head: ChainPosition;
  /** The last sequence of the batch that the server holds with the same link, what it accepts included; null for none. */
  readonly matched: number | null;
  /** How many items the server had already. */
  readonly repeats: number;
}

/** Links that the server holds for sequences of the batch, by sequence. */
export type HeldLinks = ReadonlyMap<number, string>;

/** How far the batch repeats what is held: the number of items from its start. */
function repeated(items: readonly Item[], held: HeldLinks): number {
  const differing = items.findIndex((item) => held.get(item.sequence) !== item.link);
  return differing < 0 ? items.length : differing;
}

/**
 * What to do with a batch, given the locked head (invariant 3): repeats are recognised link by link, what follows on
 * the head is accepted as one, and anything else changes nothing: the head tells the device where to go on.
 */
export function planBatch(head: ChainPosition, previous: ChainPosition, items: readonly Item[], held: HeldLinks): Plan {
  const repeats = repeated(items, held);
  const last = repeats === 0 ? previous : items[repeats - 1];
  const followsOn = last !== undefined && last.sequence === head.sequence && last.link === head.link;
  const accepted = followsOn ? items.slice(repeats) : [];
  const end = accepted.at(-1);
  const matched = end?.sequence ?? (repeats === 0 ? null : (items[repeats - 1]?.sequence ?? null));
  return { accepted, repeats, matched, head: end === undefined ? head : { sequence: end.sequence, link: end.link } };
}

/** Whether any item may be held already, so that the held links are worth reading. */
export const mayRepeat = (head: ChainPosition, items: readonly Item[]): boolean =>
  (items[0]?.sequence ?? Infinity) <= head.sequence;
