import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '@beadle/shared';
import type { Refusal } from './refusals.ts';

/** Decompresses what has been verified; a bomb ends at the limit. */
export function decompress(body: Buffer, encoding: string | undefined): Uint8Array | Refusal {
  const limits = { maxOutputLength: LIMITS.checkInBytes };
  try {
    if (encoding === undefined) return body;
    if (encoding === 'zstd') return zstdDecompressSync(body, limits);
    if (encoding === 'gzip') return gunzipSync(body, limits);
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    if (tooLarge)
      return {
        code: 'too-large',
        counted: 'too-large',
        detail: `A check-in is at most ${LIMITS.checkInBytes} bytes when unpacked.`,
      };
    return { code: 'validation', counted: 'form', detail: `The body is not ${encoding}.` };
  }
  return { code: 'unsupported-type', counted: 'form', detail: 'The content encoding must be zstd or gzip, or none.' };
}
