import { isKnown, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { idle, NOBODY_SIGNED_IN, screenLock } from '../../sources/macos/session.ts';
import { firstLine, isFields, jsonOf, outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/**
 * Seconds from the dark screen to the password; `null` where none is asked for. sysadminctl speaks on standard error,
 * with the time and its own number before each line.
 */
function readDelay(result: SourceResult | undefined): Known<number | null> {
  if (result?.kind === 'output' && result.exitCode === NOBODY_SIGNED_IN) return unknown('nobody-signed-in');
  return mapKnown(textOf(result), (stdout) => {
    const text = `${stdout}\n${result?.kind === 'output' ? result.stderr : ''}`;
    const said = [...text.matchAll(/\bscreenLock (?:delay )?is (off|immediate|(\d+(?:\.\d+)?) seconds?)\.?\s*$/gim)];
    const [only, ...more] = said;
    if (only === undefined || more.length > 0) return unknown('not-understood', firstLine(text));
    if (/off/i.test(only[1] ?? '')) return known(null);
    return known(only[2] === undefined ? 0 : Number(only[2]));
  });
}

/** `null` is a setting that is absent; undefined is none of the answers that there are. */
const amount = (value: unknown): number | null | undefined =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0) ? value : undefined;

const SECONDS = 60;
const never = Number.POSITIVE_INFINITY;

/**
 * Seconds until the screen is dark, at the latest: the screen saver's time or the display's, whichever is shorter, and 0
 * is never. Where the saver's is absent the system has one of its own, which is not told.
 */
const readIdle = (result: SourceResult | undefined): Known<number | null> =>
  mapKnown(jsonOf(result), (value) => {
    if (!isFields(value)) return unknown('not-understood', 'not the settings of a screen');
    if (value.Session === null) return unknown('nobody-signed-in');
    const [saver, display] = [amount(value.IdleTime), amount(value.DisplaySleepMinutes)];
    const times = [saver, display == null ? display : display * SECONDS].filter((time) => time != null);
    if (times.length === 0) return unknown('not-told', 'neither time was told');
    const shortest = Math.min(...times.map((time) => (time === 0 ? never : time)));
    if (shortest !== never) return known(shortest);
    return times.length === 2 ? known(null) : unknown('not-told', 'only one of the two times was told');
  });

function locksAfter(dark: Known<number | null>, delay: Known<number | null>): Known<number | null> {
  // Without a password, or without ever going dark, it does not lock whatever the other is.
  if ((isKnown(delay) && delay.known === null) || (isKnown(dark) && dark.known === null)) return known(null);
  return mapKnown(dark, (seconds) => mapKnown(delay, (more) => known((seconds ?? 0) + (more ?? 0))));
}

/** Cyber Essentials' device locking on macOS, as it is for the person at the screen. */
export const screenLockMacos: Collector = {
  check: 'screen-lock',
  sources: [screenLock, idle],
  collect(outputs): Observation {
    const delay = readDelay(outputOf(outputs, screenLock));
    const locksAfterSeconds = told(locksAfter(readIdle(outputOf(outputs, idle)), delay));
    const asksPassword = told(mapKnown(delay, (seconds) => known(seconds !== null)));
    return { facts: known({ locksAfterSeconds, asksPassword }), events: [] };
  },
};
