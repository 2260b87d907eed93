import { type Arrival, isKnown } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROM_START } from '../../src/collectors/collector.ts';
import { jobsOfPageLog } from '../../src/collectors/printing/page-log.ts';
import { kernelLogLinux } from '../../src/collectors/removable-media/linux-history.ts';
import { hostOf } from './outputs.ts';

/** A stick may call itself anything: what it is named by comes from whoever made it. */
const messages = fc.string({
  unit: fc.constantFrom(
    'usb 2-1: ',
    'usb ',
    'New USB device found, idVendor=0951, idProduct=1666',
    'Product: ',
    'SerialNumber: ',
    'scsi host6: usb-storage 2-1:1.0',
    'scsi host6: ',
    'sd 6:0:0:0: [sdb] ',
    '9'.repeat(400),
    '2000 ',
    '0 ',
    '512-byte logical blocks',
    'mmc0: new SDHC card at address aaaa',
    '\u0000',
    '\uD800',
    '\n',
    '<x>',
    '__proto__',
  ),
  maxLength: 6,
});
const times = fc.oneof(
  fc.constantFrom<unknown>('1000000', '1e300', '-1e300', 'x', '', null, {}, 8.65e18, '8640000000000000001'),
  fc.integer(),
);
const whole = [
  'usb 2-1: SerialNumber: A',
  'scsi host6: usb-storage 2-1:1.0',
  'sd 6:0:0:0: [sdb] 2000 512-byte logical blocks',
];
const lines = fc.oneof(
  fc
    .record({ __REALTIME_TIMESTAMP: times, MESSAGE: fc.oneof(messages, fc.constantFrom(...whole)) })
    .map((one) => JSON.stringify(one)),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('-- cursor: x', 'null', '[', '{}', '[]'),
);
const bookmarks = fc.oneof(
  fc.constant(FROM_START),
  fc.string(),
  fc
    .record({ cursor: fc.string(), ports: fc.array(fc.jsonValue()), hosts: fc.array(fc.jsonValue()) })
    .map((one) => JSON.stringify(one)),
);
const isTime = (text: string): boolean => /^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text));

describe('what other programs print', () => {
  it('in the kernel’s log gives arrivals at real times, of sizes that can be counted, or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 12 }), bookmarks, async (printed, bookmark) => {
        const result = await kernelLogLinux.since(hostOf({ 'linux/kernel-log': printed.join('\n') }), bookmark);
        if (!isKnown(result)) return;
        for (const { at, medium } of result.known.events as Arrival[]) {
          expect(isTime(at)).toBe(true);
          expect(medium.bytes === null || Number.isSafeInteger(medium.bytes)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('in the page log gives jobs with numbers that can be counted, or nothing', () => {
    const words = fc.constantFrom(
      'Home',
      ' ',
      ' ann 1 ',
      '[21/Nov/2026:10:00:00 +0000]',
      '[99/Foo/2026:99:00:00 +0000]',
      ' total ',
      '2',
      '-1',
      '9'.repeat(400),
      '\n',
      '\u0000',
      '[',
      ']',
      'İ',
    );
    const entries = fc.string({ unit: words, maxLength: 12 });
    const sums = fc
      .tuple(words, words)
      .map(([id, total]) => `Home ann ${id} [21/Nov/2026:10:00:00 +0000] total ${total} -`);
    fc.assert(
      fc.property(fc.array(fc.oneof(entries, sums), { maxLength: 6 }), (log) => {
        for (const { id, at, sheets } of jobsOfPageLog(log.join('\n'))) {
          for (const number of [id, at, sheets]) expect(Number.isSafeInteger(number)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
