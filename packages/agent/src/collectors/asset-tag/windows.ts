import { type Known, known, mapKnown, named, type Observation, unknown } from '@beadle/shared';
import { enclosure } from '../../sources/windows/identity.ts';
import { isFields, jsonOf, outputOf, textField, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

const fieldOf = (enclosed: Known<unknown>, name: string): Known<string | null> =>
  mapKnown(enclosed, (value) => {
    const text =
      isFields(value) && (value[name] === null || typeof value[name] === 'string') ? textField(value, name) : undefined;
    if (text === undefined) return unknown('not-understood', `no ${name} was told`);
    return known(named(text)?.slice(0, 120) ?? null);
  });

/** Clause 5.6 on Windows, from the firmware's own description (SMBIOS), which anybody may read. */
export const assetTagWindows: Collector = {
  check: 'asset-tag',
  sources: [enclosure],
  collect(outputs): Observation {
    const enclosed = jsonOf(outputOf(outputs, enclosure));
    const facts = {
      assetTag: told(fieldOf(enclosed, 'SMBIOSAssetTag')),
      serialNumber: told(fieldOf(enclosed, 'SerialNumber')),
    };
    return { facts: known(facts), events: [] };
  },
};
