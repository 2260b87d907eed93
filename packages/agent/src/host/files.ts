import { constants, open, readdir, stat } from 'node:fs/promises';
import type { Files } from './source.ts';

const SMALL_FILE_BYTES = 262_144;

export class FileTooLarge extends Error {}
export class NotAFile extends Error {}

/**
 * Text of a regular file of at most `limit` bytes. Files of /proc and /sys tell no size, so that the reading itself is
 * bounded; a pipe or a device in the file's place is refused, as it might never end.
 */
export async function readCapped(path: string, limit: number): Promise<string> {
  // Without waiting for a writer, where the path is a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new NotAFile(path);
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536));
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      bytes += bytesRead;
      if (bytes > limit) throw new FileTooLarge(path);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

export const files: Files = {
  readText: (path) => readCapped(path, SMALL_FILE_BYTES),
  modifiedAt: async (path) => (await stat(path)).mtimeMs,
  list: (path) => readdir(path),
};
