import { type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import { screenLock } from '../../sources/linux/desktop.ts';
import { type Fields, isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** A number, or one as GSettings prints it: `uint32 600`. */
function seconds(value: unknown): number | undefined {
  const [, digits] = typeof value === 'string' ? (/^(?:uint32 )?(\d+)$/.exec(value.trim()) ?? []) : [];
  const number = digits === undefined ? value : Number(digits);
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

const notTold = (): Known<never> => unknown('not-told', 'the desktop did not say');

/** The screen goes dark after `IdleDelay`, which is never where it is 0, and asks for a password `LockDelay` later. */
function locksAfter(settings: Fields): Known<number | null> {
  const [idle, delay] = [seconds(settings.IdleDelay), seconds(settings.LockDelay)];
  const isOn = flag(settings.LockEnabled);
  if (isOn === false || idle === 0) return known(null);
  return isOn === undefined || idle === undefined || delay === undefined ? notTold() : known(idle + delay);
}

/** KDE has a setting of its own for waking; GNOME asks where it locks. */
function asksPassword({ LockEnabled, LockOnResume }: Fields): Known<boolean> {
  const isOn = flag(LockOnResume === undefined ? LockEnabled : LockOnResume);
  return isOn === undefined ? notTold() : known(isOn);
}

/** A machine at which nobody sits has nobody's settings. */
function settingsOf(value: unknown): Known<Fields> {
  if (!isFields(value)) return unknown('not-understood', 'not the settings of a desktop');
  return value.Session === null ? unknown('nobody-signed-in') : known(value);
}

/** Cyber Essentials' device locking on Linux: the settings of GNOME or KDE of the person at the screen. */
export const screenLockLinux: Collector = {
  check: 'screen-lock',
  sources: [screenLock],
  collect(outputs): Observation {
    const answer = mapKnown(jsonOf(outputOf(outputs, screenLock)), settingsOf);
    const locksAfterSeconds = told(mapKnown(answer, locksAfter));
    return { facts: known({ locksAfterSeconds, asksPassword: told(mapKnown(answer, asksPassword)) }), events: [] };
  },
};
