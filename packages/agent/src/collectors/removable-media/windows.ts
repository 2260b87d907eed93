import { isKnown, known, mapKnown, type Observation } from '@beadle/shared';
import { bitlockerVolumes, disks as disksSource, portableDevices } from '../../sources/windows/storage.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { readBitlocker } from '../windows/bitlocker.ts';
import { readDisks } from '../windows/disks.ts';
import { onePerSubject } from './medium.ts';
import { mediaOf, phonesOf } from './windows-media.ts';

/** Clause 5.9 on Windows: what is plugged in now, by how its disk is attached and never by what Windows calls it. */
export const removableMediaWindows: Collector = {
  check: 'removable-media',
  sources: [disksSource, bitlockerVolumes, portableDevices],
  collect(outputs): Observation {
    const volumes = readBitlocker(outputOf(outputs, bitlockerVolumes));
    const phones = phonesOf(outputOf(outputs, portableDevices));
    const media = mapKnown(readDisks(outputOf(outputs, disksSource)), (disks) => mediaOf(disks, volumes));
    const listed = isKnown(phones) ? phones.known : [];
    const present = mapKnown(media, (all) => known(onePerSubject([...all, ...listed])));
    const facts = { present: told(present), phones: told(mapKnown(phones, () => known('told' as const))) };
    return { facts: known(facts), events: [] };
  },
};
