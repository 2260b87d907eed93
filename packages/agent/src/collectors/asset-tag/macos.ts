import { known, mapKnown, named, type Observation, unknown } from '@beadle/shared';
import { enclosure } from '../../sources/macos/identity.ts';
import { isFields, jsonOf, outputOf, textField, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** Clause 5.6 on macOS: Macs keep no asset tag, and their serial number is anybody's to read. */
export const assetTagMacos: Collector = {
  check: 'asset-tag',
  sources: [enclosure],
  collect(outputs): Observation {
    const serialNumber = mapKnown(jsonOf(outputOf(outputs, enclosure)), (value) => {
      const serial = isFields(value) ? textField(value, 'SerialNumber') : undefined;
      if (serial === undefined) return unknown('not-understood', 'no serial number was told');
      return known(named(serial)?.slice(0, 120) ?? null);
    });
    return { facts: known({ assetTag: known(null), serialNumber: told(serialNumber) }), events: [] };
  },
};
