import { isKnown, known, mapKnown, type Observation } from '@beadle/shared';
import { printers, printJobs } from '../../sources/macos/printing.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { readFinishedJobs } from './jobs.ts';
import { readQueues } from './queues.ts';

/** Clause 5.14 on macOS: the queues of CUPS. What was printed comes from its history. */
export const printingMacos: Collector = {
  check: 'printing',
  sources: [printers, printJobs],
  collect(outputs): Observation {
    const queues = mapKnown(readQueues(outputOf(outputs, printers)), (list) => known([...list]));
    const finished = readFinishedJobs(outputOf(outputs, printJobs));
    // Where there is neither a queue nor a scheduler that remembers one, there is nothing to have printed on.
    const isBare =
      isKnown(queues) && queues.known.length === 0 && !isKnown(finished) && finished.unknown === 'source-missing';
    const jobs = isBare ? known('told' as const) : mapKnown(finished, () => known('told' as const));
    return { facts: known({ queues: told(queues), jobs: told(jobs) }), events: [] };
  },
};
