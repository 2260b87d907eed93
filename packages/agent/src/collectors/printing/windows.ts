import { type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { printers, printLog } from '../../sources/windows/printing.ts';
import { isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { readWindowsQueues } from './windows-queues.ts';

/** Windows keeps the log of finished jobs only where somebody has switched it on. */
const areTold = (result: SourceResult | undefined): Known<'told'> =>
  mapKnown(jsonOf(result), (value) => {
    const enabled = isFields(value) ? value.Enabled : undefined;
    if (typeof enabled !== 'boolean') return unknown('not-told', 'whether the log of print jobs is kept');
    return enabled ? known('told') : unknown('log-disabled');
  });

/** Clause 5.14 on Windows: the queues, by their ports. What was printed comes from its history. */
export const printingWindows: Collector = {
  check: 'printing',
  sources: [printers, printLog],
  collect(outputs): Observation {
    const queues = mapKnown(readWindowsQueues(outputOf(outputs, printers)), (list) =>
      known(list.map(({ queue }) => queue)),
    );
    return { facts: known({ queues: told(queues), jobs: told(areTold(outputOf(outputs, printLog))) }), events: [] };
  },
};
