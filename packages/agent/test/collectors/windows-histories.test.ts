import { type Arrival, checkNamed, isKnown, type Job } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROM_START, type History, type Kept } from '../../src/collectors/collector.ts';
import { printLogWindows } from '../../src/collectors/printing/windows-history.ts';
import { diskLogWindows } from '../../src/collectors/removable-media/windows-history.ts';
import { readEvents } from '../../src/collectors/windows/events.ts';
import { errorsOf, hostOf, missing, printed, type Told } from './outputs.ts';
import { disk, diskEvent, events, logs, printer, printEvent, SYSTEM_DISK, timeOf, volume } from './windows-rows.ts';

const EMPTY = [true, 0, 0] as const;
const disksTold = (xml: unknown, rest: Told = {}): Told => ({
  'windows/event-logs': logs([true, 1, 40], EMPTY),
  'windows/disk-events': xml,
  'windows/disks': [SYSTEM_DISK],
  'windows/bitlocker-volumes': [volume('C:')],
  ...rest,
});
const jobsTold = (xml: unknown, rest: Told = {}): Told => ({
  'windows/event-logs': logs(EMPTY, [true, 1, 80]),
  'windows/print-events': xml,
  'windows/printers': [printer('Home', 'USB001')],
  ...rest,
});

async function kept(history: History, told: Told, bookmark = '0'): Promise<Kept> {
  const read = await history.since(hostOf(told), bookmark);
  if (!isKnown(read)) throw new Error(read.unknown);
  return read.known;
}
const arrivals = async (told: Told) => (await kept(diskLogWindows, told)).events as readonly Arrival[];
const jobs = async (told: Told) => (await kept(printLogWindows, told)).events as readonly Job[];

describe.each([
  [
    'disks',
    diskLogWindows,
    disksTold,
    diskEvent,
    (extent: readonly [boolean | null, number | null, number | null]) => logs(extent, EMPTY),
  ],
  [
    'printing',
    printLogWindows,
    jobsTold,
    printEvent,
    (extent: readonly [boolean | null, number | null, number | null]) => logs(EMPTY, extent),
  ],
] as const)('the log of %s', (_words, history, told, event, extentOf) => {
  const withExtent = (xml: unknown, ...extent: readonly [boolean | null, number | null, number | null]) =>
    told(xml, { 'windows/event-logs': extentOf(extent) });
  const since = async (given: Told, bookmark: string) => (await kept(history, given, bookmark)).bookmark;

  it('begins where it ends at the first look, whether it is kept or not', async () => {
    expect(await history.end(hostOf(withExtent('<Events/>', true, 3, 412)))).toEqual({ known: '412' });
    expect(await history.end(hostOf(withExtent('<Events/>', true, 0, 0)))).toEqual({ known: '0' });
    expect(await history.end(hostOf(withExtent('<Events/>', true, null, null)))).toMatchObject({ unknown: 'not-told' });
    expect(await history.end(hostOf({}))).toEqual({ unknown: 'source-missing' });
  });

  it('is asked for the events behind the bookmark, and its extent before them', () => {
    expect(history.requests?.(undefined).map(({ source }) => source.id)).toEqual(['windows/event-logs']);
    const requests = history.requests?.('412') ?? [];
    expect(requests[0]).toEqual({ source: expect.objectContaining({ id: 'windows/event-logs' }) });
    expect(requests.at(-1)).toEqual({ source: expect.objectContaining({ id: history.id }), parameter: '412' });
    expect(requests.map(({ source }) => source.id).toSorted()).toEqual(history.sources.map(({ id }) => id).toSorted());
  });

  it('is read on behind its last event of any kind', async () => {
    expect(await since(withExtent(events(event(13)), true, 1, 13), '12')).toBe('13');
    expect(await since(withExtent('<Events/>', true, 1, 40), '12')).toBe('40');
    // An event that has come since the extent was asked for.
    expect(await since(withExtent(events(event(41)), true, 1, 40), '12')).toBe('41');
  });

  it('that tells as many as it may at a time is read on behind the last of them', async () => {
    const many = events(...Array.from({ length: 2000 }, (_one, index) => event(index + 1)));
    expect(await since(withExtent(many, true, 1, 5000), '0')).toBe('2000');
  });

  it('that has begun again is read from its start, and on from there', async () => {
    const again = withExtent(events(event(2)), true, 1, 3);
    expect(await kept(history, again, '412')).toMatchObject({ events: [expect.anything()], bookmark: '3' });
    expect(await since(withExtent('<Events/>', true, 0, 0), '412')).toBe('0');
    expect(await history.reachesBackTo?.(hostOf(again), '412')).toBe(false);
  });

  it('reaches back to the bookmark where nothing behind it has been forgotten', async () => {
    const reaches = (bookmark: string, ...extent: readonly [boolean, number | null, number | null]) =>
      history.reachesBackTo?.(hostOf(withExtent('<Events/>', ...extent)), bookmark);
    expect(await reaches('412', true, 413, 500)).toBe(true);
    expect(await reaches('412', true, 1, 412)).toBe(true);
    expect(await reaches('412', true, 414, 500)).toBe(false);
    expect(await reaches('0', true, 0, 0)).toBe(true);
    expect(await reaches('412', true, 0, 0)).toBe(false);
    expect(await reaches('412', true, null, null)).toBe(false);
    expect(await history.reachesBackTo?.(hostOf({}), '412')).toBe(false);
  });

  it('that is switched off, refused, cut short or none is unknown, and its bookmark stays', async () => {
    expect(await history.since(hostOf(withExtent('<Events/>', false, 0, 0)), '0')).toEqual({ unknown: 'log-disabled' });
    const denied = printed('', { exitCode: 1, stderr: 'UnauthorizedAccessException 0x80070005' });
    expect(await history.since(hostOf(told(denied)), '0')).toMatchObject({ unknown: 'access-denied' });
    for (const xml of ['', '<Events>', events(event(1)).slice(0, -30), '[]', 'Access is denied'])
      expect(await history.since(hostOf(told(xml)), '0')).toMatchObject({ unknown: 'not-understood' });
    expect(await history.since(hostOf(told(missing)), '0')).toEqual({ unknown: 'source-missing' });
    expect(await history.since(hostOf(told('<Events/>')), '{"at":1}')).toMatchObject({ unknown: 'not-understood' });
  });

  it('counts from its beginning in a replay, even without its extent', async () => {
    const replay = told(events(event(5), event(7)), { 'windows/event-logs': missing });
    expect(await kept(history, replay, FROM_START)).toMatchObject({ bookmark: '7' });
    expect((await kept(history, replay, FROM_START)).events.length).toBeGreaterThan(0);
  });
});

describe('arrivals in the log of disks', () => {
  it('are sticks and cards, and neither built-in disks, nor images, nor those that go', async () => {
    const xml = events(
      diskEvent(1, { BusType: 17, DiskNumber: 0, SerialNumber: 'INV0' }),
      diskEvent(2),
      diskEvent(3, { BusType: 15, DiskNumber: 2, SerialNumber: 'NULL' }),
      diskEvent(4, { Capacity: 0, PartitionCount: 0 }),
      diskEvent(5, { BusType: 12, DiskNumber: 3, SerialNumber: 'CARD', ParentId: 'SD\\X\\1' }),
    );
    expect(await arrivals(disksTold(xml))).toMatchObject([
      { at: timeOf(2).replace('1234Z', 'Z'), medium: { serial: 'INV1', bytes: 1000, model: 'Invented Stick' } },
      { medium: { serial: 'CARD' } },
    ]);
  });

  it('are one where the disk has not gone in between, and two where it has, or Windows has been started', async () => {
    const [gone, start] = [{ Capacity: 0 }, { BusType: 17, DiskNumber: 0 }];
    expect(await arrivals(disksTold(events(diskEvent(1), diskEvent(2), diskEvent(3))))).toHaveLength(1);
    expect(await arrivals(disksTold(events(diskEvent(1), diskEvent(2, gone), diskEvent(3))))).toHaveLength(2);
    expect(await arrivals(disksTold(events(diskEvent(1), diskEvent(2, start), diskEvent(3))))).toHaveLength(2);
    expect(await arrivals(disksTold(events(diskEvent(1), diskEvent(2, { SerialNumber: 'INV2' }))))).toHaveLength(2);
  });

  it('go by their vendor and product where they have no number of their own', async () => {
    const bare = { SerialNumber: 'NULL', ParentId: 'USB\\VID_1209&PID_00AB\\6&1AE4A61&0&2' };
    expect(await arrivals(disksTold(events(diskEvent(1, bare))))).toMatchObject([
      { medium: { subject: '1209:00ab', serial: null } },
    ]);
    expect(await arrivals(disksTold(events(diskEvent(1, { SerialNumber: 'INV1       ' }))))).toMatchObject([
      { medium: { serial: 'INV1' } },
    ]);
    const silent = { SerialNumber: '', ParentId: '', Manufacturer: 'NULL', Model: '' };
    const long = { ...silent, Model: 'x'.repeat(900) };
    expect((await arrivals(disksTold(events(diskEvent(1, long)))))[0]?.medium.subject).toHaveLength(300);
    expect(await arrivals(disksTold(events(diskEvent(1, silent))))).toMatchObject([
      { medium: { subject: 'disk', model: null } },
    ]);
  });

  it('are not the disk that Windows runs from', async () => {
    const runs = disk(0, { BusType: 13, IsBoot: true, SerialNumber: 'EMMC', DriveLetters: ['C:'] });
    const xml = events(diskEvent(1, { BusType: 13, DiskNumber: 0, SerialNumber: 'EMMC', ParentId: 'SD\\X\\1' }));
    expect(await arrivals(disksTold(xml, { 'windows/disks': [runs] }))).toEqual([]);
    expect(await arrivals(disksTold(xml))).toHaveLength(1);
    expect(await diskLogWindows.since(hostOf(disksTold(xml, { 'windows/disks': missing })), '0')).toMatchObject({
      unknown: 'source-missing',
    });
    expect(await arrivals(disksTold(events(diskEvent(1)), { 'windows/disks': missing }))).toHaveLength(1);
  });

  it('say whether they are encrypted while they are there to be looked at', async () => {
    const there = { 'windows/disks': [SYSTEM_DISK, disk(1, { BusType: 7, DriveLetters: ['E:'] })] };
    const volumes = { 'windows/bitlocker-volumes': [volume('C:'), volume('E:', { VolumeType: 2 })] };
    const xml = events(diskEvent(1), diskEvent(2, { SerialNumber: 'INV2' }));
    expect(await arrivals(disksTold(xml, { ...there, ...volumes }))).toMatchObject([
      { medium: { serial: 'INV1', encrypted: { known: true } } },
      { medium: { serial: 'INV2', encrypted: { unknown: 'not-told' } } },
    ]);
  });

  it('without a size are told of where they have partitions, and not where nothing is told', async () => {
    expect(await arrivals(disksTold(events(diskEvent(1, { Capacity: '' }))))).toMatchObject([
      { medium: { bytes: null } },
    ]);
    expect(await arrivals(disksTold(events(diskEvent(1, { Capacity: '', PartitionCount: 0 }))))).toEqual([]);
    expect(await arrivals(disksTold(events(diskEvent(1, { Capacity: '', PartitionCount: '' }))))).toEqual([]);
  });
});

describe('jobs in the log of printing', () => {
  const targetOf = async (
    values: Readonly<Record<string, string | number>>,
    printers: unknown = [printer('Home', 'USB001')],
  ) => (await jobs(jobsTold(events(printEvent(1, values)), { 'windows/printers': printers })))[0]?.target;

  it('are told by number, queue and pages, where pages were counted', async () => {
    expect(await jobs(jobsTold(events(printEvent(3, { Param8: 0 }), printEvent(4))))).toMatchObject([
      { id: 3, queue: 'Home', sheets: null, target: { known: { name: 'Home', target: 'USB001', reach: 'local' } } },
      { id: 4, sheets: 2 },
    ]);
  });

  it('went where the port of that time leads, with what is known of it now', async () => {
    const now = [
      printer('Home', '\\\\print.council.example\\Floor2', { Network: true }),
      printer('Other', 'IP_192.0.2.9', { PrinterHostAddress: '192.0.2.9' }),
    ];
    expect(await targetOf({ Param6: 'USB001' }, now)).toMatchObject({
      known: { name: 'Home', target: 'USB001', reach: 'local' },
    });
    expect(await targetOf({ Param6: 'ip_192.0.2.9' }, now)).toMatchObject({
      known: { name: 'Home', target: 'socket://192.0.2.9' },
    });
    expect(await targetOf({ Param6: 'FILE:' }, now)).toMatchObject({ known: { reach: 'file' } });
  });

  it('of a connection went to its server, whatever port that has', async () => {
    const target = '\\\\print.council.example\\Floor2';
    expect(await targetOf({ Param5: target, Param6: 'USB001' }, [])).toMatchObject({
      known: { target, reach: 'network' },
    });
  });

  it('without a port went where the queue of that name leads, if there still is one', async () => {
    expect(await targetOf({ Param6: '' })).toMatchObject({ known: { target: 'USB001' } });
    expect(await targetOf({ Param6: '' }, [])).toEqual({ unknown: 'gone' });
    expect(await targetOf({ Param6: '' }, missing)).toEqual({ unknown: 'source-missing' });
    expect(await targetOf({ Param6: 'USB001' }, missing)).toMatchObject({ known: { reach: 'local' } });
  });

  it('without a number or a queue make the list none', async () => {
    expect(await printLogWindows.since(hostOf(jobsTold(events(printEvent(1, { Param1: 'x' })))), '0')).toMatchObject({
      unknown: 'not-understood',
    });
    expect(await printLogWindows.since(hostOf(jobsTold(events(printEvent(1, { Param5: '' })))), '0')).toMatchObject({
      unknown: 'not-understood',
    });
  });

  it('never tell of the document, its owner or the file that was written', async () => {
    const said = {
      Param2: 'letter to the doctor',
      Param3: 'holder',
      Param4: '\\\\LAPTOP-1',
      Param6: 'C:\\Users\\holder\\letter to the doctor.pdf',
    };
    const told = JSON.stringify(await jobs(jobsTold(events(printEvent(1, said)))));
    expect(told).toContain('"reach":"file"');
    for (const secret of ['doctor', 'holder', 'LAPTOP-1']) expect(told).not.toContain(secret);
  });
});

describe('the XML of Windows’ events', () => {
  it('is read in the forms that are met', () => {
    const one = `<?xml version="1.0"?><Events>
      <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID Qualifiers='0'>1006</EventID>
      <TimeCreated SystemTime='2026-06-04 08:32:00.1234567'/></System>
      <EventData><Data Name='Model'> A &amp;amp; B &#x2013; &lt;C&gt; </Data><Data Name="Empty"></Data></EventData></Event></Events>`;
    const read = readEvents(one);
    expect(read).toMatchObject({ known: [{ eventId: 1006, at: Date.UTC(2026, 5, 4, 8, 32, 0, 123) }] });
    expect(isKnown(read) ? [...(read.known[0]?.values ?? [])] : []).toEqual([
      ['Model', 'A &amp; B – <C>'],
      ['Empty', ''],
    ]);
    expect(readEvents('<Events/>')).toEqual({ known: [] });
    expect(readEvents('<Events></Events>\n')).toEqual({ known: [] });
  });

  it.each(['2026-13-01T00:00:00Z', 'yesterday', '99999-01-01T00:00:00Z', ''])('of the time %j is none', (at) => {
    expect(readEvents(events(diskEvent(1)).replace(/SystemTime="[^"]*"/, `SystemTime="${at}"`))).toMatchObject({
      unknown: 'not-understood',
    });
  });

  it('gives events of the checks’ forms, or nothing, whatever makers and senders write into it', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll(/[<>]/g, '')),
      fc.constantFrom(
        '7',
        '17',
        '0',
        '9'.repeat(25),
        'NULL',
        '\\\\',
        'USB\\VID_1209&PID_0001\\',
        '&#xD800;',
        '&#x110000;',
        'x'.repeat(900),
      ),
    );
    const names = ['DiskNumber', 'BusType', 'Capacity', 'Manufacturer', 'Model', 'SerialNumber', 'ParentId'];
    const values = fc.dictionary(fc.constantFrom(...names, 'Param1', 'Param5', 'Param6', 'Param8'), text);
    await fc.assert(
      fc.asyncProperty(fc.array(values, { maxLength: 4 }), async (all) => {
        const told = (event: typeof diskEvent) => events(...all.map((one, index) => event(index + 1, one)));
        const disks = await diskLogWindows.since(hostOf(disksTold(told(diskEvent))), '0');
        const printing = await printLogWindows.since(hostOf(jobsTold(told(printEvent))), '0');
        const wrong = ([name, read]: readonly [string, typeof disks]) =>
          isKnown(read) ? read.known.events.flatMap((event) => errorsOf(checkNamed(name)?.event, event)) : [];
        expect([['removable-media', disks] as const, ['printing', printing] as const].flatMap(wrong)).toEqual([]);
      }),
    );
  });
});
