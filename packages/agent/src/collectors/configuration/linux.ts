import { type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import { secureBoot } from '../../sources/linux/firmware.ts';
import { isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

const secureBootOf = (answer: Known<unknown>): Known<'on' | 'off'> =>
  mapKnown(answer, (value) => {
    const state = isFields(value) ? value.SecureBoot : undefined;
    if (typeof state === 'boolean') return known(state ? 'on' : 'off');
    return state === null ? unknown('access-denied') : unknown('not-understood', 'not the state of the firmware');
  });

/**
 * Cyber Essentials' secure configuration on Linux. No desktop here starts a program from a medium without asking: there
 * is no setting like Windows'.
 */
export const configurationLinux: Collector = {
  check: 'configuration',
  sources: [secureBoot],
  collect(outputs): Observation {
    const facts = {
      autorun: known('absent'),
      secureBoot: told(secureBootOf(jsonOf(outputOf(outputs, secureBoot)))),
    };
    return { facts: known(facts), events: [] };
  },
};
