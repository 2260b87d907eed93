import { gzipSync, zstdCompressSync } from 'node:zlib';

const MEGABYTE = 1024 * 1024;
const made = new Map<string, Buffer>();

/** So many megabytes of line feeds, compressed once for all requests: to make them takes longer than to refuse them. */
export function bombOf(encoding: 'gzip' | 'zstd', megabytes: number): Buffer {
  const name = `${encoding} ${megabytes}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const plain = Buffer.alloc(megabytes * MEGABYTE, '\n');
  const bomb = encoding === 'gzip' ? gzipSync(plain, { level: 1 }) : zstdCompressSync(plain);
  made.set(name, bomb);
  return bomb;
}
