import type { Arrival } from '@beadle/shared';
import { isKnown } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { FROM_START } from '../../src/collectors/collector.ts';
import { kernelLogLinux } from '../../src/collectors/removable-media/linux-history.ts';
import { kernelLog, kernelLogPlace } from '../../src/sources/linux/storage.ts';
import { hostOf, printed } from './outputs.ts';

const cursor = (at: number) => `s=aa;i=${at};b=bb;m=1;t=2;x=3`;
/** Messages, a second apart, and the cursor behind them. */
const journal = (from: number, ...messages: unknown[]) =>
  [
    ...messages.map((MESSAGE, at) => JSON.stringify({ __REALTIME_TIMESTAMP: `${(from + at) * 1_000_000}`, MESSAGE })),
    `-- cursor: ${cursor(from + messages.length)}`,
    '',
  ].join('\n');

const found = (port: string, host: number, serial?: string) => [
  `usb ${port}: new high-speed USB device number 5 using xhci_hcd`,
  `usb ${port}: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.00`,
  `usb ${port}: Product: Traveller`,
  `usb ${port}: Manufacturer: Invented`,
  ...(serial === undefined ? [] : [`usb ${port}: SerialNumber: ${serial}`]),
  `usb-storage ${port}:1.0: USB Mass Storage device detected`,
  `scsi host${host}: usb-storage ${port}:1.0`,
];
const blocks = (host: number, count: number) =>
  `sd ${host}:0:0:0: [sdb] ${count} 512-byte logical blocks: (1 GB/1 GiB)`;

async function since(text: unknown, bookmark = FROM_START) {
  const result = await kernelLogLinux.since(hostOf({ 'linux/kernel-log': text }), bookmark);
  if (!isKnown(result)) return { unknown: result.unknown };
  const arrivals = result.known.events as Arrival[];
  return { arrivals, subjects: arrivals.map(({ medium }) => medium.subject), bookmark: result.known.bookmark };
}

describe('sticks in the kernel’s log', () => {
  it('arrive when the kernel tells their size, with serial, model and time', async () => {
    const { arrivals } = await since(journal(100, ...found('2-1', 6, 'INV0001'), blocks(6, 2000)));
    expect(arrivals).toEqual([
      {
        at: '1970-01-01T00:01:47.000Z',
        medium: {
          subject: 'INV0001',
          serial: 'INV0001',
          kind: 'storage',
          model: 'Invented Traveller',
          bytes: 1_024_000,
          encrypted: { unknown: 'history-not-kept', detail: expect.any(String) },
        },
      },
    ]);
  });

  it('are known by their numbers where they have no serial', async () => {
    expect((await since(journal(1, ...found('2-1.4', 6), blocks(6, 1)))).subjects).toEqual(['0951:1666']);
    expect((await since(journal(1, ...found('2-1', 6, '0.0'), blocks(6, 1)))).subjects).toEqual(['0951:1666']);
  });

  it('are no disks inside, no empty readers and no keyboards', async () => {
    const others = [
      'scsi host0: ahci',
      blocks(0, 2000),
      ...found('2-1', 6, 'READER'),
      'sd 6:0:0:0: [sdb] Attached SCSI removable disk',
      'usb 1-2: New USB device found, idVendor=046d, idProduct=c31c',
      'usb 1-2: Product: Keyboard',
      'mmc0: new HS400 MMC card at address 0001',
    ];
    expect((await since(journal(1, ...others))).subjects).toEqual([]);
  });

  it('are told apart on one port, and when a host’s number goes to a disk inside', async () => {
    const messages = [
      ...found('2-1', 6, 'ONE'),
      blocks(6, 1),
      ...found('2-1', 7, 'TWO'),
      blocks(7, 1),
      'scsi host6: ahci',
      blocks(6, 1),
    ];
    expect((await since(journal(1, ...messages))).subjects).toEqual(['ONE', 'TWO']);
  });

  it('may be cards put into a reader that was described long before', async () => {
    const { bookmark } = await since(journal(1, ...found('2-1', 6, 'READER')));
    expect((await since(journal(50, blocks(6, 500)), bookmark)).subjects).toEqual(['READER']);
  });

  it('may be memory cards in a slot', async () => {
    const { arrivals } = await since(journal(1, 'mmc0: new ultra high speed SDR104 SDXC card at address aaaa'));
    expect(arrivals?.map(({ medium }) => medium)).toMatchObject([
      { kind: 'storage', serial: null, subject: 'mmc0:card' },
    ]);
  });

  it('are read on from the bookmark, which is of the form that the source allows', async () => {
    const host = hostOf({ 'linux/kernel-log-end': `-- cursor: ${cursor(7)}\n`, 'linux/kernel-log': journal(8) });
    const end = await kernelLogLinux.end(host);
    if (!isKnown(end)) throw new Error(end.unknown);
    const next = await kernelLogLinux.since(host, end.known);
    expect(host.asked).toEqual([
      ['linux/kernel-log-end', undefined],
      ['linux/kernel-log', cursor(7)],
    ]);
    expect(isKnown(next) && JSON.parse(next.known.bookmark)).toMatchObject({ cursor: cursor(8) });
    const { reads } = kernelLog;
    expect(reads.kind === 'command' && reads.parameter?.pattern.test(cursor(7))).toBe(true);
  });

  it('are found among messages that are no text, cut short or without a time', async () => {
    const text = `${JSON.stringify({ MESSAGE: [1, 2] })}\n{"MESSAGE":"usb\n${JSON.stringify({ MESSAGE: blocks(6, 1) })}\nnull\n`;
    expect((await since(text + journal(1, ...found('2-1', 6, 'ONE'), blocks(6, 1)))).subjects).toEqual(['ONE']);
  });

  it.each([
    ['there is no journal', printed('', { exitCode: 1 }), 'history-not-kept'],
    ['there are no files', printed('', { stderr: 'No journal files were found.\n' }), 'history-not-kept'],
    ['there is no journalctl', { kind: 'unreadable', reason: 'tool-missing' }, 'history-not-kept'],
    [
      'it may not be read',
      printed('', { stderr: 'No journal files were opened due to insufficient permissions.' }),
      'access-denied',
    ],
    ['journalctl fails', printed('', { exitCode: 1, stderr: 'Failed to open' }), 'source-failed'],
    ['it takes too long', { kind: 'unreadable', reason: 'timed-out' }, 'timed-out'],
  ])('cannot be told where %s', async (_what, result, reason) => {
    expect(await since(result)).toEqual({ unknown: reason });
    expect(await kernelLogLinux.end(hostOf({ 'linux/kernel-log-end': result }))).toMatchObject({ unknown: reason });
  });

  it('cannot be told from a bookmark of another kind', async () => {
    expect(await since(journal(1), 'x')).toEqual({ unknown: 'not-understood' });
  });

  describe('that had its oldest entries removed', () => {
    const entry = (at: number, place = `s=aa;i=${at}`) =>
      `${JSON.stringify({ __CURSOR: `${place};b=bb;m=1;t=${at};x=3`, _TRANSPORT: 'kernel' })}\n`;
    const bookmark = (at: number) =>
      JSON.stringify({ cursor: `s=aa;i=${at};b=bb;m=1;t=${at};x=3`, ports: [], hosts: [] });
    const reaches = (text: unknown, mark: string) =>
      kernelLogLinux.reachesBackTo?.(hostOf({ 'linux/kernel-log-place': text }), mark);

    it('reaches back to where the agent stopped if that very entry is still there', async () => {
      expect(await reaches(entry(7), bookmark(7))).toBe(true);
      expect(await reaches(entry(9), bookmark(7))).toBe(false);
    });

    it('is the same entry in the file that journald has moved it to', async () => {
      expect(await reaches(entry(7, 's=ee;i=1'), bookmark(7))).toBe(true);
    });

    it('does not where nothing is left or it cannot be read, and needs not where nothing was there to lose', async () => {
      expect(await reaches('', bookmark(7))).toBe(false);
      expect(await reaches(printed('', { exitCode: 1, stderr: 'Failed to seek' }), bookmark(7))).toBe(false);
      expect(await reaches('', bookmark(7).replace(/s=[^"]*/, ''))).toBe(true);
    });

    it('is asked in the form that the source allows', () => {
      const { reads } = kernelLogPlace;
      expect(reads.kind === 'command' && reads.parameter?.pattern.test(cursor(7))).toBe(true);
    });
  });

  it('leaves every other line of the kernel’s unread', () => {
    const { reads } = kernelLog;
    const keeps = (message: string) =>
      reads.kind === 'command' && reads.keepLines?.test(JSON.stringify({ A: 1, MESSAGE: message }));
    expect([...found('2-1', 6, 'S'), blocks(6, 1), 'mmcblk0: mmc0:aaaa SL16G'].map(keeps)).not.toContain(false);
    expect(['wlan0: authenticate with', 'audit: name="usb 1: x"', 'input: Keyboard'].map(keeps)).not.toContain(true);
  });
});
