import { isKnown, type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { Host, Request } from '../../host/host.ts';
import type { Source } from '../../sources/source.ts';
import { eventLogs } from '../../sources/windows/event-logs.ts';
import { isFields, jsonOf, textOf } from '../answers.ts';
import { FROM_START, type History, type Outputs } from '../collector.ts';

/** What `windows/event-logs` tells of one log: record ids, both 0 where it is empty. */
interface Extent {
  readonly enabled: boolean;
  readonly oldest: number;
  readonly newest: number;
}

const isRecordId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function extentOf(list: unknown, log: string): Known<Extent> {
  const rows: readonly unknown[] = Array.isArray(list) ? list : [];
  const row = rows.filter((one) => isFields(one)).find((one) => one['Log'] === log);
  if (row === undefined) return unknown('not-understood', 'no such log was told of');
  const { Enabled: enabled, Oldest: oldest, Newest: newest } = row;
  if (typeof enabled !== 'boolean' || !isRecordId(oldest) || !isRecordId(newest)) return unknown('not-told');
  return known({ enabled, oldest, newest });
}

const extentIn = async (host: Host, log: string): Promise<Known<Extent>> =>
  mapKnown(jsonOf(await host.read(eventLogs)), (list) => extentOf(list, log));

/** As many events as a source tells at a time; where there are so many, others may wait behind them. */
const MOST_EVENTS = 2000;

/**
 * Where to read on: behind the last event, and where that was all of them, behind whatever else is in the log, which its
 * extent was asked for before. A log that has begun again was read from its start.
 */
function placeBehind(xml: string, record: number, extent: Known<Extent>): number {
  const ids = [...xml.matchAll(/<EventRecordID>(\d{1,15})<\/EventRecordID>/g)].map(([, id]) => Number(id));
  const last = ids.reduce((most, id) => Math.max(most, id), 0);
  if (ids.length >= MOST_EVENTS) return last;
  return isKnown(extent) ? Math.max(last, extent.known.newest) : last || record;
}

const BOOKMARK = /^\d{1,15}$/;
const recordOf = (bookmark: string): number | undefined => {
  if (bookmark === FROM_START) return 0;
  return BOOKMARK.test(bookmark) ? Number(bookmark) : undefined;
};

interface LogOfEvents {
  readonly check: string;
  /** The name of the log, as in `windows/event-logs`. */
  readonly log: string;
  /** Takes the record id after which it reads, and prints `<Events>`. */
  readonly source: Source;
  /** Whatever else `eventsOf` has to know. */
  readonly needs: readonly Source[];
  /** Events of the form of the check's events, of the XML; `outputs` has an entry for each of `needs`. */
  readonly eventsOf: (xml: string, outputs: Outputs) => Known<readonly unknown[]>;
}

async function since({ source, needs, log, eventsOf }: LogOfEvents, host: Host, bookmark: string) {
  const record = recordOf(bookmark);
  if (record === undefined) return unknown('not-understood', 'a bookmark of another kind');
  const extent = await extentIn(host, log);
  if (isKnown(extent) && !extent.known.enabled) return unknown('log-disabled');
  const xml = textOf(await host.read(source, String(record)));
  if (!isKnown(xml)) return xml;
  const outputs = new Map<string, Awaited<ReturnType<Host['read']>>>();
  for (const need of needs) outputs.set(need.id, await host.read(need));
  const next = String(placeBehind(xml.known, record, extent));
  return mapKnown(eventsOf(xml.known, outputs), (events) => known({ events, bookmark: next }));
}

/** A log of Windows' own as a history. Its bookmark is the record id of the last event known. */
export function eventLogHistory(log: LogOfEvents): History {
  const { check, source, needs } = log;
  const asked = [eventLogs, ...needs].map((one): Request => ({ source: one }));
  return {
    check,
    id: source.id,
    sources: [eventLogs, source, ...needs],
    requests(bookmark) {
      const record = bookmark === undefined ? undefined : recordOf(bookmark);
      return record === undefined ? [{ source: eventLogs }] : [...asked, { source, parameter: String(record) }];
    },
    end: async (host) => mapKnown(await extentIn(host, log.log), ({ newest }) => known(String(newest))),
    since: (host, bookmark) => since(log, host, bookmark),
    async reachesBackTo(host, bookmark) {
      const record = recordOf(bookmark);
      const extent = await extentIn(host, log.log);
      if (record === undefined || !isKnown(extent)) return false;
      const { oldest, newest } = extent.known;
      return record <= newest && oldest <= record + 1;
    },
  };
}
