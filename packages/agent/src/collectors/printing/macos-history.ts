import { isKnown, known, unknown } from '@beadle/shared';
import { printers, printJobs } from '../../sources/macos/printing.ts';
import { isFields } from '../answers.ts';
import { FROM_START, type History } from '../collector.ts';
import { eventsOf, type Finished, readFinishedJobs } from './jobs.ts';
import { readQueues } from './queues.ts';

/** When the last job known has ended, in milliseconds since the epoch, and those that ended in that second. */
interface Place {
  readonly at: number;
  readonly ids: readonly number[];
}

function placeOf(bookmark: string): Place | undefined {
  if (bookmark === FROM_START) return { at: -1, ids: [] };
  try {
    const value: unknown = JSON.parse(bookmark);
    const isPlace = isFields(value) && typeof value.at === 'number' && Array.isArray(value.ids);
    return isPlace ? (value as unknown as Place) : undefined;
  } catch {
    return undefined;
  }
}

function placeBehind(jobs: readonly Finished[], before: Place): Place {
  const at = Math.max(before.at, jobs.at(-1)?.at ?? before.at);
  const ids = jobs.filter((job) => job.at === at).map(({ id }) => id);
  return { at, ids: at === before.at ? [...new Set([...before.ids, ...ids])] : ids };
}

const SECOND_MS = 1000;

/** Finished print jobs, from the scheduler's memory: macOS writes no page log unless it is told to. */
export const printJobsMacos: History = {
  check: 'printing',
  id: 'macos/print-jobs',
  sources: [printJobs, printers],
  async end(host) {
    const finished = readFinishedJobs(await host.read(printJobs));
    // CUPS counts in whole seconds.
    const now: Place = { at: Math.floor(host.clock.now() / SECOND_MS) * SECOND_MS, ids: [] };
    return known(JSON.stringify(isKnown(finished) ? placeBehind(finished.known, now) : now));
  },
  async since(host, bookmark) {
    const place = placeOf(bookmark);
    if (place === undefined) return unknown('not-understood', 'a bookmark of another kind');
    const finished = readFinishedJobs(await host.read(printJobs));
    if (!isKnown(finished)) return finished;
    const jobs = finished.known.filter(
      (job) => job.at > place.at || (job.at === place.at && !place.ids.includes(job.id)),
    );
    const queues = jobs.some(({ isPrinted }) => isPrinted) ? readQueues(await host.read(printers)) : known([]);
    return known({ events: eventsOf(jobs, queues), bookmark: JSON.stringify(placeBehind(finished.known, place)) });
  },
};
