import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestrictionKind } from '@beadle/shared';
import { faultOf } from '../errors.ts';

/** Kinds that are put in force again at a start, before there is a network. */
export const HELD_FROM_START: readonly RestrictionKind[] = ['isolate', 'block-removable-media'];

/**
 * The file that is there while one of them holds: the start of a laptop that is not restricted waits for nothing. It says
 * nothing and commands nothing; what holds is in the signed document (docs/deployment.md).
 */
export function createHeldMark(data: string) {
  const path = join(data, 'held');
  let isThere: boolean | undefined;
  return (kinds: readonly RestrictionKind[]): void => {
    const wanted = kinds.some((kind) => HELD_FROM_START.includes(kind));
    if (wanted === isThere) return;
    try {
      if (wanted) writeFileSync(path, '', { mode: 0o644 });
      else rmSync(path, { force: true });
      isThere = wanted;
    } catch (error) {
      // A full or read-only disk: tried again when it is next looked.
      if (faultOf(error) === undefined) throw error;
    }
  };
}
