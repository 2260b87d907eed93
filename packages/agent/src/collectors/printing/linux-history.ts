import { createHash } from 'node:crypto';
import { isKnown, type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { Host } from '../../host/host.ts';
import { olderPageLog, pageLog, printers, printJobs } from '../../sources/linux/printing.ts';
import { isFields, textOf } from '../answers.ts';
import { FROM_START, type History, type Kept } from '../collector.ts';
import { eventsOf, type Finished, readFinishedJobs } from './jobs.ts';
import { jobsOfPageLog } from './page-log.ts';
import { readQueues } from './queues.ts';

/** The last job known to have ended: ids rise, but a held job ends after younger ones, hence the time beside it. */
interface SchedulerPlace {
  readonly id: number;
  readonly at: number;
  /** Those that ended in that same second. */
  readonly ids: readonly number[];
}
/** How far the log has been read, in characters, and what its first line was, as rotation starts it anew. */
interface LogPlace {
  readonly head: string;
  readonly offset: number;
}
interface Place {
  readonly scheduler: SchedulerPlace;
  readonly log: LogPlace;
}

const START: Place = { scheduler: { id: -1, at: -1, ids: [] }, log: { head: '', offset: 0 } };

function placeOf(bookmark: string): Place | undefined {
  if (bookmark === FROM_START) return START;
  try {
    const value: unknown = JSON.parse(bookmark);
    return isFields(value) && isFields(value.scheduler) && isFields(value.log)
      ? (value as unknown as Place)
      : undefined;
  } catch {
    return undefined;
  }
}

function schedulerPlace(jobs: readonly Finished[], before: SchedulerPlace): SchedulerPlace {
  const last = jobs.at(-1);
  if (last === undefined) return before;
  const at = Math.max(last.at, before.at);
  const ids = jobs.filter((job) => job.at === at).map(({ id }) => id);
  // Not the highest ever: where the scheduler has started its numbers again, the next ones are small.
  return {
    id: Math.max(...jobs.map(({ id }) => id)),
    at,
    ids: at === before.at ? [...new Set([...before.ids, ...ids])] : ids,
  };
}

const isAfter = (place: SchedulerPlace, job: Finished): boolean =>
  job.id > place.id || job.at > place.at || (job.at === place.at && !place.ids.includes(job.id));

const headOf = (text: string): string =>
  text.includes('\n')
    ? createHash('sha256')
        .update(text.slice(0, text.indexOf('\n')))
        .digest('hex')
        .slice(0, 16)
    : '';

const logPlace = (text: string): LogPlace => ({ head: headOf(text), offset: text.lastIndexOf('\n') + 1 });

/** What was written to the log after `place`; where it has been rotated, the rest of the older one first. */
function logAfter(place: LogPlace, text: string, older: Known<string>): Known<string> {
  if (place.head === '' || place.head === headOf(text)) return known(text.slice(place.head === '' ? 0 : place.offset));
  if (isKnown(older) && headOf(older.known) === place.head) return known(older.known.slice(place.offset) + text);
  return unknown('history-not-kept', 'the page log has been started anew');
}

/** No log yet is one that has not begun. */
async function readLog(host: Host): Promise<Known<string>> {
  return textOf(await host.read(pageLog));
}

async function keptOf(host: Host, jobs: readonly Finished[], place: Place): Promise<Kept> {
  // Starting a program is only worth it where there is something to look up.
  const queues = jobs.some(({ isPrinted }) => isPrinted) ? readQueues(await host.read(printers)) : known([]);
  return { events: eventsOf(jobs, queues), bookmark: JSON.stringify(place) };
}

async function sinceInLog(host: Host, place: Place): Promise<Known<Kept> | undefined> {
  const log = await readLog(host);
  if (!isKnown(log) || log.known.trim() === '') return undefined;
  const isRotated = place.log.head !== '' && place.log.head !== headOf(log.known);
  const older = isRotated ? textOf(await host.read(olderPageLog)) : unknown('source-missing');
  const text = logAfter(place.log, log.known, older);
  if (!isKnown(text)) return text;
  // A log that could not be read at the bookmark holds what came before it, too.
  const jobs = jobsOfPageLog(text.known).filter((job) => place.log.head !== '' || job.at >= place.scheduler.at);
  return known(
    await keptOf(host, jobs, { scheduler: schedulerPlace(jobs, place.scheduler), log: logPlace(log.known) }),
  );
}

/**
 * Finished print jobs: from the scheduler's memory, and from its page log where the scheduler does not answer. Jobs
 * that both have told are one event to the cycle, by queue and number.
 */
export const printJobsLinux: History = {
  check: 'printing',
  id: 'linux/print-jobs',
  sources: [printJobs, printers, pageLog, olderPageLog],
  async end(host) {
    const [finished, log] = [readFinishedJobs(await host.read(printJobs)), await readLog(host)];
    // CUPS counts in whole seconds.
    const now = Math.floor(host.clock.now() / 1000) * 1000;
    // Where the scheduler is not there to be asked, whatever it ends after this moment is new.
    const unasked: SchedulerPlace = { id: Number.MAX_SAFE_INTEGER, at: now, ids: [] };
    const scheduler = isKnown(finished) ? schedulerPlace(finished.known, { id: -1, at: now, ids: [] }) : unasked;
    const text = isKnown(log) ? log.known : '';
    return known(JSON.stringify({ scheduler, log: logPlace(text) } satisfies Place));
  },
  async since(host, bookmark) {
    const place = placeOf(bookmark);
    if (place === undefined) return unknown('not-understood', 'a bookmark of another kind');
    const finished = readFinishedJobs(await host.read(printJobs));
    if (!isKnown(finished)) return (await sinceInLog(host, place)) ?? finished;
    const jobs = finished.known.filter((job) => isAfter(place.scheduler, job));
    const log = mapKnown(await readLog(host), (text) => known(logPlace(text)));
    const next = {
      scheduler: schedulerPlace(finished.known, place.scheduler),
      log: isKnown(log) ? log.known : place.log,
    };
    return known(await keptOf(host, jobs, next));
  },
};
