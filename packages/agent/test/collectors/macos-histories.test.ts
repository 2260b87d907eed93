import { isKnown } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { FROM_START, type History } from '../../src/collectors/collector.ts';
import { printJobsMacos } from '../../src/collectors/printing/macos-history.ts';
import { usbLogMacos } from '../../src/collectors/removable-media/macos-history.ts';
import { hostOf, printed, type Told } from './outputs.ts';

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);

async function read(history: History, told: Told, bookmark: string) {
  const host = hostOf(told, at('12:00:00'));
  const kept = await history.since(host, bookmark);
  if (!isKnown(kept)) throw new Error(kept.unknown);
  return { events: kept.known.events, bookmark: kept.known.bookmark, asked: host.asked };
}

async function endOf(history: History, told: Told): Promise<string> {
  const end = await history.end(hostOf(told, at('12:00:00')));
  if (!isKnown(end)) throw new Error(end.unknown);
  return end.known;
}

describe('sticks in the unified log', () => {
  const line = (time: string, eventMessage: string) =>
    `${JSON.stringify({ timestamp: `2026-11-20 ${time}+0000`, eventMessage })}\n`;
  const plugged = (time: string, said: string) => line(time, `USBMSC Identifier (non-unique): ${said}`);

  it('are read from the moment of enrolment on, and each once', async () => {
    const enrolled = await endOf(usbLogMacos, {});
    const log = {
      'macos/usb-log':
        plugged('11:59:59.000000', 'OLD 0x781 0x5581 0x100, 2') +
        plugged('12:00:00.500000', 'NEW 0x781 0x5581 0x100, 2'),
    };
    const first = await read(usbLogMacos, log, enrolled);
    expect(first.events).toEqual([
      { at: '2026-11-20T12:00:00.500Z', medium: expect.objectContaining({ serial: 'NEW', subject: 'NEW' }) },
    ]);
    expect(first.asked).toEqual([['macos/usb-log', `@${at('12:00:00') / 1000}`]]);
    const again = await read(usbLogMacos, log, first.bookmark);
    expect(again.events).toEqual([]);
    expect(again.bookmark).toBe(first.bookmark);
  });

  it.each([
    ['the number that it has', '4C530001 0x781 0x5581 0x126, 2', '4C530001'],
    ['maker and model where it has none', '0x3eb 0x2421 0x100', '03eb:2421'],
    ['maker and model where its number is a placeholder', '000000000000 0x90c 0x1000 0x1100, 2', '090c:1000'],
  ])('go by %s', async (_what, said, subject) => {
    const { events } = await read(usbLogMacos, { 'macos/usb-log': plugged('10:00:00.000000', said) }, FROM_START);
    expect(events).toMatchObject([{ medium: { subject, encrypted: { unknown: 'not-told' } } }]);
  });

  it('are not the readers that are built in, nor lines of another form', async () => {
    const log =
      plugged('10:00:00.000000', '000000000820 0x5ac 0x8406 0x820, 3') +
      plugged('10:00:01.000000', 'nothing') +
      line('yesterday', 'USBMSC Identifier (non-unique): A 0x1 0x2 0x3') +
      'not JSON\n';
    expect((await read(usbLogMacos, { 'macos/usb-log': log }, FROM_START)).events).toEqual([]);
  });

  it('are unknown where the log cannot be read, or the bookmark is another’s', async () => {
    const failed = printed('', { exitCode: 64, stderr: 'log: Operation not permitted' });
    expect(await usbLogMacos.since(hostOf({ 'macos/usb-log': failed }), '1')).toMatchObject({
      unknown: 'access-denied',
    });
    expect(await usbLogMacos.since(hostOf({ 'macos/usb-log': '' }), 's=1;i=4')).toMatchObject({
      unknown: 'not-understood',
    });
  });
});

describe('finished print jobs on macOS', () => {
  const job = (Id: number, time: string, rest: object = {}) => ({
    Id,
    State: 9,
    Queue: 'Home',
    CompletedAt: `2026-11-20T${time}Z`,
    Sheets: 2,
    ...rest,
  });
  const told = (...jobs: readonly object[]): Told => ({
    'macos/print-jobs': { HistoryKept: true, Jobs: jobs },
    'macos/printers': 'device for Home: usb://Invented/Laser\n',
  });
  const idsOf = (events: readonly unknown[]) => events.map((event) => (event as { id: number }).id);

  it('are none of those before the enrolment, and each once after it', async () => {
    const enrolled = await endOf(printJobsMacos, told(job(1, '11:00:00'), job(2, '12:00:00')));
    const first = await read(
      printJobsMacos,
      told(job(1, '11:00:00'), job(2, '12:00:00'), job(3, '12:00:00'), job(4, '13:00:00')),
      enrolled,
    );
    expect(idsOf(first.events)).toEqual([3, 4]);
    expect((await read(printJobsMacos, told(job(3, '12:00:00'), job(4, '13:00:00')), first.bookmark)).events).toEqual(
      [],
    );
  });

  it('are found where a held job ends after younger ones, and where numbers start again', async () => {
    const first = await read(printJobsMacos, told(job(7, '10:00:00')), FROM_START);
    expect(
      idsOf(
        (await read(printJobsMacos, told(job(7, '10:00:00'), job(5, '10:30:00'), job(1, '11:00:00')), first.bookmark))
          .events,
      ),
    ).toEqual([5, 1]);
  });

  it('are none where they were cancelled, and start no program then', async () => {
    const { events, asked } = await read(printJobsMacos, told(job(1, '10:00:00', { State: 7 })), FROM_START);
    expect(events).toEqual([]);
    expect(asked.map(([id]) => id)).toEqual(['macos/print-jobs']);
  });

  it('are unknown where the scheduler does not answer, and new from then on where it did not at the enrolment', async () => {
    expect(await printJobsMacos.since(hostOf({}), FROM_START)).toMatchObject({ unknown: 'source-missing' });
    const enrolled = await endOf(printJobsMacos, {});
    expect(idsOf((await read(printJobsMacos, told(job(1, '11:59:59'), job(2, '12:00:01')), enrolled)).events)).toEqual([
      2,
    ]);
    expect(await printJobsMacos.since(hostOf({}), '{}')).toMatchObject({ unknown: 'not-understood' });
  });
});
