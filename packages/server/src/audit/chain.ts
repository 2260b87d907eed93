import { createHash } from 'node:crypto';

/** One act as it is chained. `detail` is JSON exactly as it is stored. */
export interface ChainedAct {
  readonly organisation: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
}

/** What the first act follows. */
export const NO_LINK = '0'.repeat(64);

/**
 * SHA-256 in hexadecimal over the previous link and every field, each as `LENGTH:BYTES\n` (LENGTH in bytes of UTF-8, in
 * decimal), after the line `beadle-audit-1\n`. With the lengths no two different acts have the same bytes, and any
 * language can verify the list that `/api/v1/audit` gives.
 */
export function linkOf(previous: string, act: ChainedAct): string {
  const hash = createHash('sha256').update('beadle-audit-1\n');
  const { organisation, sequence, at, actor, action, target, detail } = act;
  for (const field of [previous, organisation, String(sequence), String(at), actor, action, target, detail]) {
    hash
      .update(`${Buffer.byteLength(field)}:`)
      .update(field)
      .update('\n');
  }
  return hash.digest('hex');
}
