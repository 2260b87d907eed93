import { known, type Observation, mapKnown } from '@beadle/shared';
import { pageLog, printers, printJobs } from '../../sources/linux/printing.ts';
import { outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { areTold, readFinishedJobs } from './jobs.ts';
import { readQueues } from './queues.ts';

/** Clause 5.14 on Linux: the queues of CUPS. What was printed comes from its history. */
export const printingLinux: Collector = {
  check: 'printing',
  sources: [printers, printJobs, pageLog],
  collect(outputs): Observation {
    const queues = mapKnown(readQueues(outputOf(outputs, printers)), (list) => known([...list]));
    const finished = readFinishedJobs(outputOf(outputs, printJobs));
    const jobs = areTold(finished, textOf(outputOf(outputs, pageLog)));
    return { facts: known({ queues: told(queues), jobs: told(jobs) }), events: [] };
  },
};
