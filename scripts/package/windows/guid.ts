import { createHash } from 'node:crypto';

/**
 * The id of something by its name, the same in every build: a UUID of version 8 (RFC 9562), whose bits are the SHA-256 of
 * the name but for those that say which kind it is. In the form of Windows Installer: capitals, in braces.
 */
export function guidOf(name: string): string {
  const bytes = createHash('sha256').update(`beadle ${name}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex').toUpperCase();
  return `{${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}}`;
}
