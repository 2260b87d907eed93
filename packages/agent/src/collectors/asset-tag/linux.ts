import { type Known, known, mapKnown, named, type Observation, unknown } from '@beadle/shared';
import { enclosure } from '../../sources/linux/identity.ts';
import { isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** A field that is left out could not be read; only root may read serial numbers. */
function fieldOf(enclosed: Known<unknown>, name: string): Known<string | null> {
  return mapKnown(enclosed, (value) => {
    const text = isFields(value) ? value[name] : undefined;
    if (typeof text === 'string') return known(named(text)?.slice(0, 120) ?? null);
    return text === null ? known(null) : unknown(isFields(value) ? 'access-denied' : 'not-understood');
  });
}

/** Clause 5.6 on Linux, from the firmware's own description (SMBIOS). */
export const assetTagLinux: Collector = {
  check: 'asset-tag',
  sources: [enclosure],
  collect(outputs): Observation {
    const enclosed = jsonOf(outputOf(outputs, enclosure));
    const facts = {
      assetTag: told(fieldOf(enclosed, 'AssetTag')),
      serialNumber: told(fieldOf(enclosed, 'ProductSerial')),
    };
    return { facts: known(facts), events: [] };
  },
};
