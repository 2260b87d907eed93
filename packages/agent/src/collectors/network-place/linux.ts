import { known, mapKnown, unknown } from '@beadle/shared';
import { network } from '../../sources/linux/identity.ts';
import { isFields, jsonOf, outputOf } from '../answers.ts';
import type { Place } from '../collector.ts';

/** Nothing on Linux tells this by itself: only what the source has been told. */
export const networkLinux: Place = {
  sources: [network],
  onCouncilNetwork: (outputs) =>
    mapKnown(jsonOf(outputOf(outputs, network)), (value) => {
      const on = isFields(value) ? value.OnCouncilNetwork : undefined;
      return typeof on === 'boolean' ? known(on) : unknown('not-told');
    }),
};
