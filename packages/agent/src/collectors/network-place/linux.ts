import { known, mapKnown, unknown } from '@beadle/shared';
import { network } from '../../sources/linux/network.ts';
import { isFields, jsonOf, outputOf } from '../answers.ts';
import type { Place } from '../collector.ts';

/** From NetworkManager, by the profiles that ICT has marked as the council's. */
export const networkLinux: Place = {
  sources: [network],
  onCouncilNetwork: (outputs) =>
    mapKnown(jsonOf(outputOf(outputs, network)), (value) => {
      const on = isFields(value) ? value.OnCouncilNetwork : undefined;
      return typeof on === 'boolean' ? known(on) : unknown('not-told');
    }),
};
