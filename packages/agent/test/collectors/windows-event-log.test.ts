import { known } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROM_START } from '../../src/collectors/collector.ts';
import { eventLogHistory } from '../../src/collectors/windows/event-log.ts';
import { eventLogs, PRINT_LOG } from '../../src/sources/windows/event-logs.ts';
import { printers, printEvents } from '../../src/sources/windows/printing.ts';
import { hostOf, printed } from './outputs.ts';

const history = eventLogHistory({
  check: 'printing',
  log: PRINT_LOG,
  source: printEvents,
  needs: [printers],
  eventsOf: (xml) => known([...xml.matchAll(/<EventRecordID>(\d+)</g)].map(([, id]) => id)),
});

const log = (Oldest: number | null, Newest: number | null, Enabled: boolean | null = true) => [
  { Log: PRINT_LOG, Enabled, Oldest, Newest },
];
const events = (...ids: number[]) =>
  `<Events>${ids.map((id) => `<Event><System><EventRecordID>${id}</EventRecordID></System></Event>`).join('')}</Events>`;
const told = (list: unknown, xml: unknown = '<Events/>') =>
  hostOf({ [eventLogs.id]: list, [printEvents.id]: xml, [printers.id]: [] });

describe('a log of Windows as a history', () => {
  it('begins at the end of the log, and reads none of it', async () => {
    const host = told(log(3, 40), events(4));
    expect(await history.end(host)).toEqual({ known: '40' });
    expect(host.asked).toEqual([[eventLogs.id, undefined]]);
    expect(history.requests?.(undefined)).toEqual([{ source: eventLogs }]);
  });

  it('is read from the record after the bookmark, and goes on behind the last one', async () => {
    const host = told(log(3, 43), events(41, 43));
    expect(await history.since(host, '40')).toEqual({ known: { events: ['41', '43'], bookmark: '43' } });
    expect(host.asked).toContainEqual([printEvents.id, '40']);
    expect(history.requests?.('40')).toEqual([
      { source: eventLogs },
      { source: printers },
      { source: printEvents, parameter: '40' },
    ]);
  });

  it('asks with what it says it will ask', async () => {
    for (const bookmark of ['40', FROM_START]) {
      const host = told(log(1, 43), events(41));
      await history.since(host, bookmark);
      const asked = host.asked.map(([id, parameter]) => ({ id, parameter }));
      const requests = (history.requests?.(bookmark) ?? []).map(({ source, parameter }) => ({
        id: source.id,
        parameter,
      }));
      expect(asked).toEqual(expect.arrayContaining(requests));
      expect(asked.length).toBe(requests.length);
    }
  });

  it('goes on behind all that is in the log, of whatever kind, and finds its place in one that has begun again', async () => {
    expect(await history.since(told(log(3, 45)), '40')).toEqual({ known: { events: [], bookmark: '45' } });
    expect(await history.since(told(log(0, 0)), '40')).toEqual({ known: { events: [], bookmark: '0' } });
    expect(await history.since(told(log(1, 7), events(2)), '40')).toEqual({ known: { events: ['2'], bookmark: '7' } });
  });

  it('is unknown where the log is off or cannot be read, and is read where only its extent is not told', async () => {
    expect(await history.since(told(log(3, 45, false), events(41)), '40')).toMatchObject({ unknown: 'log-disabled' });
    const denied = printed('', { exitCode: 1, stderr: 'UnauthorizedAccessException 0x80070005' });
    expect(await history.since(told(log(3, 45), denied), '40')).toMatchObject({ unknown: 'access-denied' });
    expect(await history.since(told([], events(41)), '40')).toEqual({ known: { events: ['41'], bookmark: '41' } });
    expect(await history.end(told(log(null, null)))).toMatchObject({ unknown: 'not-told' });
    expect(await history.end(told([]))).toMatchObject({ unknown: 'not-understood' });
  });

  it.each([
    [log(3, 45), '40', true],
    [log(41, 45), '40', true],
    [log(42, 45), '40', false],
    [log(1, 7), '40', false],
    [log(0, 0), '40', false],
    [log(0, 0), '0', true],
    [log(null, null), '40', false],
  ])('says whether %j reaches back to %s', async (list, bookmark, reaches) => {
    expect(await history.reachesBackTo?.(told(list), bookmark)).toBe(reaches);
  });

  it('understands no other bookmark', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (bookmark) => {
        fc.pre(!/^\d{1,15}$/.test(bookmark));
        expect(await history.since(told(log(1, 2), events(1)), bookmark)).toMatchObject({ unknown: 'not-understood' });
      }),
    );
  });
});
