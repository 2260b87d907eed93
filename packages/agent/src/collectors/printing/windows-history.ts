import { isKnown, type Job, type Known, known, mapKnown, type Queue, unknown } from '@beadle/shared';
import { PRINT_LOG } from '../../sources/windows/event-logs.ts';
import { printers, printEvents } from '../../sources/windows/printing.ts';
import { outputOf, told } from '../answers.ts';
import { eventLogHistory } from '../windows/event-log.ts';
import { type LoggedEvent, readEvents } from '../windows/events.ts';
import { reachedBy } from './windows-ports.ts';
import { readWindowsQueues, type WindowsQueue } from './windows-queues.ts';

/** A document was printed, to its end. */
const PRINTED = 307;

function countOf(event: LoggedEvent, name: string): number | null {
  const text = event.values.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const isNamed = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * The port of the job decides: the queue may have been given another one since. What is known of that port now, such as
 * its host, counts; without a port in the event the queue of that name is looked up.
 */
function targetOf(name: string, port: string, queues: Known<readonly WindowsQueue[]>): Known<Queue> {
  if (name.startsWith('\\\\')) return known({ name, ...reachedBy({ name, host: null, url: null }) });
  const all = isKnown(queues) ? queues.known : [];
  const own = all.find(({ queue }) => isNamed(queue.name, name));
  const found =
    port === '' || (own !== undefined && isNamed(own.port, port)) ? own : all.find((one) => isNamed(one.port, port));
  if (found !== undefined) return known({ ...found.queue, name });
  if (port !== '') return known({ name, ...reachedBy({ name: port, host: null, url: null }) });
  return isKnown(queues) ? unknown('gone') : queues;
}

/** Some drivers count no pages, and say 0. */
function jobOf(event: LoggedEvent, queues: Known<readonly WindowsQueue[]>): Job | undefined {
  const [id, name] = [countOf(event, 'Param1'), event.values.get('Param5')?.slice(0, 300) ?? ''];
  if (id === null || name === '') return undefined;
  const target = targetOf(name, event.values.get('Param6') ?? '', queues);
  return {
    at: new Date(event.at).toISOString(),
    id,
    queue: name,
    target: told(target),
    sheets: countOf(event, 'Param8') || null,
  };
}

/** Finished print jobs, from a log that Windows keeps only where it has been switched on. */
export const printLogWindows = eventLogHistory({
  check: 'printing',
  log: PRINT_LOG,
  source: printEvents,
  needs: [printers],
  eventsOf: (xml, outputs) =>
    mapKnown(readEvents(xml), (events) => {
      const queues = readWindowsQueues(outputOf(outputs, printers));
      const printed = events.filter(({ eventId }) => eventId === PRINTED);
      const jobs = printed.map((event) => jobOf(event, queues)).filter((job) => job !== undefined);
      return jobs.length < printed.length
        ? unknown('not-understood', 'a job without a number or a printer')
        : known(jobs);
    }),
});
