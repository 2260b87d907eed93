import type { Random } from '@beadle/shared';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * A UUID of version 7 (RFC 9562, 5.7) for the moment `at` (milliseconds): rows made one after the other lie beside each
 * other in the index.
 */
export function newId(at: number, random: Random): string {
  const noise = Buffer.from(random.bytes(10));
  noise.writeUInt8((noise.readUInt8(0) & 0x0f) | 0x70, 0);
  noise.writeUInt8((noise.readUInt8(2) & 0x3f) | 0x80, 2);
  const time = at.toString(16).padStart(12, '0');
  const parts = [
    time.slice(0, 8),
    time.slice(8),
    hex(noise.subarray(0, 2)),
    hex(noise.subarray(2, 4)),
    hex(noise.subarray(4)),
  ];
  return parts.join('-');
}
