import { type Job, type Known, known, mapKnown, type Queue, unknown, isKnown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, isFields, jsonOf, rowsAt, told } from '../answers.ts';

/** RFC 8011's job-state: printed to its end. Canceled and aborted jobs are no prints. */
const COMPLETED = 9;

export interface Finished {
  readonly id: number;
  readonly queue: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly sheets: number | null;
  readonly isPrinted: boolean;
}

function finishedOf(row: Fields): Finished | undefined {
  const at = typeof row.CompletedAt === 'string' ? Date.parse(row.CompletedAt) : Number.NaN;
  const { Id: id, State: state, Queue: queue, Sheets: sheets } = row;
  if (!Number.isInteger(id) || typeof state !== 'number' || typeof queue !== 'string' || queue === '') return undefined;
  if (Number.isNaN(at)) return undefined;
  const counted = typeof sheets === 'number' && Number.isInteger(sheets) && sheets >= 0 ? sheets : null;
  return { id: Number(id), queue: queue.slice(0, 300), at, sheets: counted, isPrinted: state === COMPLETED };
}

/** The jobs that the scheduler remembers, in the order in which they ended. */
export function readFinishedJobs(result: SourceResult | undefined): Known<readonly Finished[]> {
  if (result?.kind === 'unreadable' && ['source-missing', 'source-failed'].includes(result.reason)) {
    return unknown(result.reason === 'source-missing' ? 'source-missing' : 'service-down', result.detail);
  }
  return mapKnown(jsonOf(result), (value) => {
    const rows = rowsAt(value, 'Jobs');
    if (rows === undefined) return unknown('not-understood', 'not a list of jobs');
    if (isFields(value) && value.HistoryKept === false) return unknown('history-not-kept', 'PreserveJobHistory is off');
    const jobs = rows.map(finishedOf).filter((job) => job !== undefined);
    if (jobs.length < rows.length) return unknown('not-understood', 'a job was not understood');
    return known(jobs.toSorted((a, b) => a.at - b.at || a.id - b.id));
  });
}

/** Events of the check. The queue is looked up as it is now: one that has been removed since tells nothing. */
export function eventsOf(jobs: readonly Finished[], queues: Known<readonly Queue[]>): Job[] {
  return jobs
    .filter(({ isPrinted }) => isPrinted)
    .map(({ id, queue, at, sheets }) => {
      const target = mapKnown(queues, (list) => {
        const found = list.find(({ name }) => name === queue);
        return found === undefined ? unknown('gone') : known(found);
      });
      return { at: new Date(at).toISOString(), id, queue, target: told(target), sheets };
    });
}

export const areTold = (finished: Known<unknown>, log: Known<string>): Known<'told'> => {
  if (isKnown(finished) || (isKnown(log) && log.known.trim() !== '')) return known('told');
  return finished;
};
