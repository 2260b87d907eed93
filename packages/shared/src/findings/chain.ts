import { hash } from 'node:crypto';

/** The link before the first finding of a generation. */
export const GENESIS = '0'.repeat(64);

export interface ChainPosition {
  readonly sequence: number;
  readonly link: string;
}

export const START: ChainPosition = { sequence: 0, link: GENESIS };

export const bodyHash = (body: Uint8Array): string => hash('sha256', body, 'hex');

/**
 * `link = H(previous link, device, generation, sequence, body hash)` (invariant 3): SHA-256 of five lines of ASCII
 * after the name of the form. Only hashes enter it, so an erased body leaves a chain that still verifies.
 */
export function linkOf(entry: {
  readonly previous: string;
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
  readonly bodyHash: string;
}): string {
  return hash(
    'sha256',
    `beadle-chain-1\n${entry.previous}\n${entry.device}\n${entry.generation}\n${entry.sequence}\n${entry.bodyHash}\n`,
    'hex',
  );
}
