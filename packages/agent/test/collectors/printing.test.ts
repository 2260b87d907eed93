import type { Job } from '@beadle/shared';
import { isKnown } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { FROM_START } from '../../src/collectors/collector.ts';
import { jobsOfPageLog } from '../../src/collectors/printing/page-log.ts';
import { printingLinux } from '../../src/collectors/printing/linux.ts';
import { printJobsLinux } from '../../src/collectors/printing/linux-history.ts';
import { reachOf } from '../../src/collectors/printing/queues.ts';
import { withoutPassword } from '../../src/sources/linux/masks.ts';
import { factsOf, hostOf, printed, type Told } from './outputs.ts';

interface Facts {
  queues: { known: { name: string; target: string; reach: string }[] } | { unknown: string };
  jobs: { known: 'told' } | { unknown: string };
}
const facts = (told: Told) => factsOf<Facts>(printingLinux, told);

describe('where a queue leads', () => {
  it.each([
    ['usb://Invented/Laser?serial=1', 'local'],
    ['ippusb://x', 'local'],
    ['hp:/usb/OfficeJet?serial=1', 'local'],
    ['parallel:/dev/lp0', 'local'],
    ['serial:/dev/ttyS0', 'local'],
    ['gutenprint53+usb://x', 'local'],
    ['file:///dev/usb/lp0', 'local'],
    ['ipp://127.0.0.1:60000/ipp/print', 'local'],
    ['ipp://localhost:60000/ipp/print', 'local'],
    ['ipp://[::1]:60000/', 'local'],
    ['ipp://192.168.1.20/ipp/print', 'network'],
    ['ipps://localhost.example/ipp', 'network'],
    ['socket://10.0.0.5:9100', 'network'],
    ['lpd://printer/queue', 'network'],
    ['https://printer/ipp', 'network'],
    ['smb://server/queue', 'network'],
    ['dnssd://Home._ipps._tcp.local/?uuid=1', 'network'],
    ['hp:/net/OfficeJet?ip=10.0.0.5', 'network'],
    ['implicitclass:home', 'network'],
    ['implicitclass://home/', 'network'],
    ['ipp', 'network'],
    ['somethingNew:/x', 'network'],
    ['cups-pdf:/', 'file'],
    ['file:///dev/null', 'file'],
    ['///dev/null', 'file'],
    ['file:/home/x/out.prn', 'file'],
  ])('%s is %s', (uri, reach) => expect(reachOf(uri)).toBe(reach));

  it.each([
    ['ipp://anna:s%40cret@printer:631/ipp', 'ipp://printer:631/ipp'],
    ['smb://DOMAIN;anna:p@ss@server/queue', 'smb://server/queue'],
    ['smb:anna:secret@server/queue', 'smb:server/queue'],
    ['dnssd://Home%20a@b._ipp._tcp.local/', 'dnssd://b._ipp._tcp.local/'],
    ['ipp://printer/a@b', 'ipp://printer/a@b'],
  ])('%s is kept without a password', (uri, kept) => expect(withoutPassword(uri)).toBe(kept));
});

describe('printers on Linux', () => {
  const queues = 'device for Home: usb://Invented/Laser\ndevice for a:b: ipp://u:p@10.0.0.5/ipp\n';

  it('are the queues that lpstat lists', () => {
    expect(facts({ 'linux/printers': queues }).queues).toEqual({
      known: [
        { name: 'Home', target: 'usb://Invented/Laser', reach: 'local' },
        { name: 'a:b', target: 'ipp://10.0.0.5/ipp', reach: 'network' },
      ],
    });
  });

  it('are none where lpstat says that none have been added', () => {
    const none = printed('', { exitCode: 1, stderr: 'lpstat: No destinations added.\n' });
    expect(facts({ 'linux/printers': none }).queues).toEqual({ known: [] });
  });

  it.each([
    ['lpstat: Transport endpoint is not connected', 1, 'service-down'],
    ['lpstat: Bad file descriptor', 0, 'service-down'],
    ['lpstat: Scheduler is not running.', 1, 'service-down'],
  ])('cannot be told where lpstat says %j', (stderr, exitCode, reason) => {
    expect(facts({ 'linux/printers': printed('', { exitCode, stderr }) }).queues).toMatchObject({ unknown: reason });
  });

  it.each(['', 'device for Home', 'device for Home: usb:x\nGerät für B: usb:y\n'])('cannot be told from %j', (text) => {
    expect(facts({ 'linux/printers': text }).queues).toMatchObject({ unknown: 'not-understood' });
  });

  it('have their jobs told by the scheduler, or else by its page log', () => {
    expect(facts({ 'linux/print-jobs': { HistoryKept: true, Jobs: [] } }).jobs).toEqual({ known: 'told' });
    expect(facts({ 'linux/page-log': 'x\n' }).jobs).toEqual({ known: 'told' });
    expect(facts({ 'linux/page-log': '' }).jobs).toEqual({ unknown: 'source-missing' });
    expect(facts({ 'linux/print-jobs': { HistoryKept: false, Jobs: [] } }).jobs).toMatchObject({
      unknown: 'history-not-kept',
    });
    expect(facts({ 'linux/print-jobs': { Jobs: [{ Id: 1 }] } }).jobs).toMatchObject({ unknown: 'not-understood' });
  });
});

const job = (Id: number, second: number, rest: object = {}) => ({
  Id,
  State: 9,
  Queue: 'Home',
  CompletedAt: new Date(second * 1000).toISOString(),
  Sheets: 2,
  ...rest,
});
const kept = (...Jobs: object[]) => ({ HistoryKept: true, Jobs });
const lpstat = 'device for Home: usb://Invented/Laser\n';

async function since(bookmark: string, told: Told) {
  const result = await printJobsLinux.since(hostOf({ 'linux/printers': lpstat, ...told }), bookmark);
  if (!isKnown(result)) return { unknown: result.unknown };
  const jobs = result.known.events as Job[];
  return { ids: jobs.map(({ id }) => id), jobs, bookmark: result.known.bookmark };
}
async function end(told: Told, now = 0): Promise<string> {
  const result = await printJobsLinux.end(hostOf(told, now));
  return isKnown(result) ? result.known : '';
}

describe('finished jobs from the scheduler', () => {
  it('are those that ended behind the bookmark, once', async () => {
    const bookmark = await end({ 'linux/print-jobs': kept(job(1, 10), job(2, 20)) }, 30_000);
    const first = await since(bookmark, { 'linux/print-jobs': kept(job(3, 40), job(2, 20), job(1, 10)) });
    expect(first.jobs).toEqual([
      {
        at: '1970-01-01T00:00:40.000Z',
        id: 3,
        queue: 'Home',
        target: { known: { name: 'Home', target: 'usb://Invented/Laser', reach: 'local' } },
        sheets: 2,
      },
    ]);
    expect((await since(first.bookmark ?? '', { 'linux/print-jobs': kept(job(3, 40)) })).ids).toEqual([]);
  });

  it('are counted where completed, not where canceled or aborted', async () => {
    const jobs = kept(job(1, 10, { State: 7 }), job(2, 11, { State: 8 }), job(3, 12));
    expect((await since(FROM_START, { 'linux/print-jobs': jobs })).ids).toEqual([3]);
  });

  it('include one that was held and ended after younger ones, and two of one second', async () => {
    const first = await since(FROM_START, { 'linux/print-jobs': kept(job(6, 20)) });
    const held = await since(first.bookmark ?? '', { 'linux/print-jobs': kept(job(6, 20), job(5, 30)) });
    expect(held.ids).toEqual([5]);
    const same = await since(held.bookmark ?? '', { 'linux/print-jobs': kept(job(6, 20), job(5, 30), job(4, 30)) });
    expect(same.ids).toEqual([4]);
    expect((await since(same.bookmark ?? '', { 'linux/print-jobs': kept(job(5, 30), job(4, 30)) })).ids).toEqual([]);
  });

  it('go on where the scheduler has started its numbers again, even with its clock set back after', async () => {
    const first = await since(FROM_START, { 'linux/print-jobs': kept(job(90, 20)) });
    const anew = await since(first.bookmark ?? '', { 'linux/print-jobs': kept(job(1, 30)) });
    expect(anew.ids).toEqual([1]);
    expect((await since(anew.bookmark ?? '', { 'linux/print-jobs': kept(job(1, 30), job(2, 25)) })).ids).toEqual([2]);
  });

  it('do not start with what was there before Beadle, even if the scheduler could not be asked then', async () => {
    const bookmark = await end({}, 15_500);
    expect((await since(bookmark, { 'linux/print-jobs': kept(job(1, 10), job(2, 20)) })).ids).toEqual([2]);
  });

  it('have no target where the queue is gone or cannot be told', async () => {
    const gone = await since(FROM_START, { 'linux/print-jobs': kept(job(1, 10, { Queue: 'Other' })) });
    expect(gone.jobs?.[0]?.target).toEqual({ unknown: 'gone' });
    const down = await since(FROM_START, { 'linux/print-jobs': kept(job(1, 10)), 'linux/printers': undefined });
    expect(down.jobs?.[0]?.target).toEqual({ unknown: 'source-missing' });
  });

  it('start no program where there is nothing to tell', async () => {
    const host = hostOf({ 'linux/print-jobs': kept() });
    await printJobsLinux.since(host, FROM_START);
    expect(host.asked.map(([id]) => id)).not.toContain('linux/printers');
  });

  it('cannot be told by nobody, nor from a bookmark of another kind', async () => {
    expect(await since(FROM_START, {})).toEqual({ unknown: 'source-missing' });
    expect(await since('{}', { 'linux/print-jobs': kept() })).toEqual({ unknown: 'not-understood' });
  });
});

const line = (id: number, second: string, rest: string, queue = 'Home') =>
  `${queue} an na ${id} [22/Nov/2026:10:00:${second} +0100] ${rest}\n`;

describe('finished jobs from the page log', () => {
  it('are one a number, with the last sum; none where the sum is 0; and no names', () => {
    const text =
      line(1, '01', 'total 1 - localhost My [22/Nov/2026:10:00:59 +0100] letter 3 - - 2') +
      line(2, '02', '1 1 - localhost') +
      line(2, '03', 'total 0 - localhost') +
      line(3, '04', 'total 2 - localhost') +
      line(3, '05', 'total 4 - localhost') +
      line(4, '06', '1 1 - localhost x') +
      line(4, '07', '2 1 - localhost x') +
      'noise\n';
    expect(jobsOfPageLog(text).map(({ id, sheets, isPrinted }) => [id, sheets, isPrinted])).toEqual([
      [1, 1, true],
      [2, 0, false],
      [3, 4, true],
      [4, 2, true],
    ]);
    expect(jobsOfPageLog(text)[0]?.at).toBe(Date.parse('2026-11-22T09:00:01Z'));
    expect(JSON.stringify(jobsOfPageLog(text))).not.toMatch(/letter|an na/);
  });

  const before = line(1, '01', 'total 1 - localhost');
  const after = line(2, '02', 'total 1 - localhost');

  it('are those written behind the bookmark', async () => {
    const bookmark = await end({ 'linux/page-log': before });
    const read = await since(bookmark, { 'linux/page-log': before + after });
    expect(read.ids).toEqual([2]);
    expect((await since(read.bookmark ?? '', { 'linux/page-log': before + after })).ids).toEqual([]);
  });

  it('include the rest of a log that has been rotated since', async () => {
    const bookmark = await end({ 'linux/page-log': before });
    const anew = line(3, '03', 'total 1 - localhost');
    const told = { 'linux/page-log': anew, 'linux/page-log-older': before + after };
    expect((await since(bookmark, told)).ids).toEqual([2, 3]);
    expect(await since(bookmark, { 'linux/page-log': anew })).toEqual({ unknown: 'history-not-kept' });
  });

  it('are used only while the scheduler does not answer, and are not told again when it does', async () => {
    const at = Date.parse('2026-11-22T09:00:02Z') / 1000;
    const bookmark = await end({ 'linux/page-log': before }, Date.parse('2026-11-22T09:00:01Z'));
    const fallback = await since(bookmark, { 'linux/page-log': before + after });
    const back = { 'linux/page-log': before + after, 'linux/print-jobs': kept(job(1, at - 1), job(2, at)) };
    expect((await since(fallback.bookmark ?? '', back)).ids).toEqual([]);
  });
});
