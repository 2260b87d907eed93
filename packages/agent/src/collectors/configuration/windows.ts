import { type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import { autorun, secureBoot } from '../../sources/windows/identity.ts';
import { type Fields, isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** A bit for each kind of drive. https://learn.microsoft.com/windows/win32/shell/autoplay-reg */
const EVERY_DRIVE = 0xff;

/** What one place of the registry says; `null` where it says nothing of it. */
function autorunIn({
  NoDriveTypeAutoRun: mask,
  NoAutorun: none,
  DisableAutoplay: noPlay,
}: Fields): Known<'on' | 'off' | null> {
  const numbers = [mask, none, noPlay ?? null];
  if (!numbers.every((one) => one === null || (typeof one === 'number' && Number.isInteger(one))))
    return unknown('not-understood', 'not the settings of auto-run');
  if (none === 1 || noPlay === 1) return known('off');
  if (typeof mask !== 'number') return known(null);
  return known((mask & EVERY_DRIVE) === EVERY_DRIVE ? 'off' : 'on');
}

function ofPerson(user: unknown): Known<'on' | 'off' | null> {
  if (user === undefined) return known(null);
  if (user === null) return unknown('nobody-signed-in', 'nothing is set for the device as a whole');
  return isFields(user) ? autorunIn(user) : unknown('not-understood', 'not the settings of auto-run');
}

/** The device's value wins over the person's. Where neither was ever set Windows leaves it on. */
const readAutorun = (answer: Known<unknown>): Known<'on' | 'off'> =>
  mapKnown(answer, (value) => {
    if (!isFields(value)) return unknown('not-understood', 'not the settings of auto-run');
    return mapKnown(autorunIn(value), (device) =>
      device === null ? mapKnown(ofPerson(value.User), (person) => known(person ?? 'on')) : known(device),
    );
  });

const BIOS = 1;

/** A firmware of the old kind starts anything. */
const readSecureBoot = (answer: Known<unknown>): Known<'on' | 'off'> =>
  mapKnown(answer, (value) => {
    if (!isFields(value)) return unknown('not-understood', 'not the state of the firmware');
    const { UEFISecureBootEnabled: enabled, PEFirmwareType: firmware } = value;
    if (enabled === 0) return known('off');
    if (enabled === 1) return firmware === BIOS ? unknown('not-understood', 'a BIOS that checks') : known('on');
    if (enabled !== null) return unknown('not-understood', 'not the state of the firmware');
    return firmware === BIOS ? known('off') : unknown('not-told');
  });

/** Cyber Essentials' secure configuration on Windows. */
export const configurationWindows: Collector = {
  check: 'configuration',
  sources: [autorun, secureBoot],
  collect(outputs): Observation {
    const facts = {
      autorun: told(readAutorun(jsonOf(outputOf(outputs, autorun)))),
      secureBoot: told(readSecureBoot(jsonOf(outputOf(outputs, secureBoot)))),
    };
    return { facts: known(facts), events: [] };
  },
};
