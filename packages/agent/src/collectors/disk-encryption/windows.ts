import { isKnown, type Known, known, mapKnown, type Observation, unknown, type Volume } from '@beadle/shared';
import { bitlockerVolumes, disks as disksSource } from '../../sources/windows/storage.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { type BitlockerVolume, readBitlocker } from '../windows/bitlocker.ts';
import { type Disk, diskOfVolume, readDisks } from '../windows/disks.ts';

const MOST_VOLUMES = 200;
const SYSTEM_DRIVE = 'C:';

const volumeNamed = (name: string, role: Volume['role'], state: Volume['state']): Volume => ({
  name: name.slice(0, 300),
  role,
  state,
  method: null,
  percent: null,
});

/** Sticks and disks in USB cases are looked at as removable media; what lies in a file is as safe as the file is. */
function isElsewhere({ type, state }: BitlockerVolume, disk: Disk | undefined): boolean {
  if (type === 'system' || type === undefined || disk?.isSystems === true) return false;
  if (type === 'portable') return disk?.attached !== 'built-in';
  if (disk?.attached === 'plugged') return true;
  return disk?.attached === 'file' && isKnown(state);
}

/** A volume of which Windows does not say that it is data may be the system's. */
function volumeOf({ letter, path, type, state, method, percent }: BitlockerVolume, index: number): Volume {
  const name = letter ?? path ?? `volume ${index + 1}`;
  if (type === undefined) return volumeNamed(name, 'system', unknown('not-told', 'the type of volume was not told'));
  return { name: name.slice(0, 300), role: type === 'system' ? 'system' : 'data', state: told(state), method, percent };
}

function volumesOf(volumes: readonly BitlockerVolume[], disks: Known<readonly Disk[]>): Known<Volume[]> {
  const all = isKnown(disks) ? disks.known : [];
  const judged = volumes.filter((volume) => !isElsewhere(volume, diskOfVolume(all, volume))).map(volumeOf);
  const system = judged.some(({ role }) => role === 'system')
    ? []
    : [volumeNamed(SYSTEM_DRIVE, 'system', unknown('not-told', 'the volume of the system is not in the list'))];
  const result = [...system, ...judged];
  return result.length > MOST_VOLUMES ? unknown('output-too-large', 'too many volumes') : known(result);
}

/** Clause 5.9 on Windows: BitLocker, or device encryption, which is the same underneath, of each built-in volume. */
export const diskEncryptionWindows: Collector = {
  check: 'disk-encryption',
  sources: [bitlockerVolumes, disksSource],
  collect(outputs): Observation {
    const disks = readDisks(outputOf(outputs, disksSource));
    const volumes = mapKnown(readBitlocker(outputOf(outputs, bitlockerVolumes)), (list) => volumesOf(list, disks));
    return { facts: known({ volumes: told(volumes) }), events: [] };
  },
};
