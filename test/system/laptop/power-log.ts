import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * What QEMU's `blklogwrites` writes, in the format of the kernel's dm-log-writes
 * (https://docs.kernel.org/admin-guide/device-mapper/log-writes.html): a sector of its own, then for each request a
 * sector that describes it and its data.
 */
const MAGIC = 0x6a736677736872n;
const UNIT = 512;
const [FLUSH, FUA, DISCARD] = [1n, 2n, 4n];

interface Request {
  /** Where on the disk, and how many bytes. */
  readonly at: number;
  readonly length: number;
  readonly flags: bigint;
  /** Where its data lie in the log. */
  readonly data: number;
}

export interface Cut {
  /** Writes that a flush followed, all of which reached the disk. */
  readonly flushed: number;
  /** Of the others: those that reached it all the same, those that did not, and those of which a part did. */
  readonly written: number;
  readonly lost: number;
  readonly torn: number;
}

function readAt(file: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, at));
}

/** Every request that is whole in the log, in the order in which they were answered. */
function requestsOf(log: number): Request[] {
  const start = readAt(log, 0, UNIT);
  if (start.length < UNIT) return [];
  if (start.readBigUInt64LE(0) !== MAGIC) throw new Error('no log of writes');
  const sector = start.readUInt32LE(24);
  const requests: Request[] = [];
  for (let at = sector; ; ) {
    const head = readAt(log, at, 32);
    if (head.length < 32) return requests;
    const [from, count, flags, inLog] = [0, 8, 16, 24].map((offset) => head.readBigUInt64LE(offset));
    if (from === undefined || count === undefined || flags === undefined || inLog === undefined) return requests;
    if (flags === 0n && count === 0n) return requests;
    const request = { at: Number(from) * sector, length: Number(count) * sector, flags, data: at + sector };
    const size = (flags & DISCARD) === 0n ? request.length : 0;
    if (size > 0 && readAt(log, request.data + size - 1, 1).length === 0) return requests;
    requests.push(request);
    at = request.data + size;
  }
}

/** Copies the first `length` bytes of a request from the log to the disk. */
function apply(log: number, disk: number, { at, data, flags }: Request, length: number): void {
  // What a discarded range holds is not promised; nobody may depend on it.
  const bytes = (flags & DISCARD) === 0n ? readAt(log, data, length) : Buffer.alloc(length, 0xdb);
  writeSync(disk, bytes, 0, length, at);
}

/**
 * Leaves `disk` as a cut of the power may: all that was followed by a flush is there, and of what was not, any part in any
 * order. `random` gives fractions.
 */
export function cutPower(disk: string, log: string, random: () => number): Cut {
  const [from, to] = [openSync(log, 'r'), openSync(disk, 'r+')];
  try {
    const requests = requestsOf(from);
    const flushed = requests.findLastIndex(({ flags }) => (flags & FLUSH) !== 0n);
    const counts = { flushed: 0, written: 0, lost: 0, torn: 0 };
    for (const [index, request] of requests.entries()) {
      if (request.length === 0) continue;
      const isSafe = index <= flushed || (request.flags & FUA) !== 0n;
      const fate = isSafe ? 'flushed' : random() < 1 / 3 ? 'written' : random() < 1 / 2 ? 'lost' : 'torn';
      counts[fate] += 1;
      const part = { flushed: 1, written: 1, lost: 0, torn: random() }[fate];
      apply(from, to, request, Math.floor((part * request.length) / UNIT) * UNIT);
    }
    return counts;
  } finally {
    closeSync(from);
    closeSync(to);
  }
}
