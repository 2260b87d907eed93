import { isKnown, type Known, known, mapKnown, type Observation, type SystemSupport, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { installHistory, os, updates, updateState } from '../../sources/macos/patches.ts';
import { isFields, jsonOf, outputOf, rowsAt, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { plistOf } from '../macos/plist.ts';
import { readMacosUpdates } from './macos-updates.ts';
import { supportOf } from './support.ts';

/** `sw_vers`, whole or its two values alone: `14`, and `10.15` of the time before 11. */
const readCycle = (result: SourceResult | undefined): Known<string> =>
  mapKnown(textOf(result), (text) => {
    const version = /^(?:ProductVersion:\s*)?(\d+)\.?(\d+)?(?:\.\d+)*\s*$/m.exec(text);
    const [, major, minor] = version ?? [];
    if (major === undefined) return unknown('not-understood', 'not a version of macOS');
    return known(major === '10' ? `10.${minor ?? 0}` : major);
  });

/** Each time that the update service noted to have looked and found an answer. */
const readLooks = (result: SourceResult | undefined): Known<readonly number[]> =>
  mapKnown(plistOf(result), (settings) => {
    if (!isFields(settings)) return unknown('not-understood', 'not the settings of the update service');
    const noted = ['LastFullSuccessfulDate', 'LastSuccessfulDate', 'LastBackgroundSuccessfulDate'];
    return known(noted.map((name) => settings[name]).flatMap((date) => (date instanceof Date ? date.getTime() : [])));
  });

/** What came from Apple came by way of the update service, which had looked by then. */
const readArrivals = (result: SourceResult | undefined): Known<readonly number[]> =>
  mapKnown(jsonOf(result), (value) => {
    const rows = rowsAt(value, 'SPInstallHistoryDataType');
    if (rows === undefined) return unknown('not-understood', 'not a history of installations');
    const apples = rows.filter((row) => row.package_source === 'package_source_apple');
    return known(apples.map((row) => Date.parse(String(row.install_date))));
  });

/** The later of the two, of which managed Macs may keep one alone. A day that is yet to come is none. */
function lastLook(looks: Known<readonly number[]>, arrivals: Known<readonly number[]>, now: number): Known<number> {
  const days = [looks, arrivals].flatMap((fact) => (isKnown(fact) ? fact.known : [])).filter((at) => at <= now);
  if (days.length > 0) return known(Math.max(...days));
  return isKnown(looks) ? unknown('not-told', 'no search for updates was noted') : looks;
}

const supportOfCycle = (cycle: Known<string>): Known<SystemSupport> =>
  mapKnown(cycle, (version) => supportOf('macos', version));

/**
 * Clause 5.5 on macOS. An update that restarts the Mac is installed by that restart: as long as it is listed, the
 * restart is what is missing.
 */
export const patchesMacos: Collector = {
  check: 'patches',
  sources: [updates, updateState, installHistory, os],
  collect(outputs, now): Observation {
    const cycle = readCycle(outputOf(outputs, os));
    const listed = readMacosUpdates(outputOf(outputs, updates), isKnown(cycle) ? Number(cycle.known) : undefined);
    const looks = readLooks(outputOf(outputs, updateState));
    const arrivals = readArrivals(outputOf(outputs, installHistory));
    const facts = {
      missing: told(mapKnown(listed, (list) => known(list.map(({ update }) => update)))),
      listsUpdatedAt: told(lastLook(looks, arrivals, now)),
      restartRequired: told(mapKnown(listed, (list) => known(list.some(({ restarts }) => restarts)))),
      system: told(supportOfCycle(cycle)),
    };
    return { facts: known(facts), events: [] };
  },
};
