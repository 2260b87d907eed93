import { isKnown, type Known, known, mapKnown, type Observation, type SystemSupport, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { os, updates, updateState } from '../../sources/macos/patches.ts';
import { isFields, outputOf, textOf, told } from '../answers.ts';
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

/** When the system last looked for updates, and that with success; a Mac that has never done so leaves it out. */
function readLastLook(result: SourceResult | undefined, now: number): Known<number> {
  // Recordings that were made before there was this source hold the list as it was at their time.
  if (result === undefined || (result.kind === 'unreadable' && result.reason === 'source-missing')) return known(now);
  return mapKnown(plistOf(result), (settings) => {
    if (!isFields(settings)) return unknown('not-understood', 'not the settings of the update service');
    const dates = ['LastFullSuccessfulDate', 'LastSuccessfulDate', 'LastBackgroundSuccessfulDate']
      .map((name) => settings[name])
      .filter((date) => date instanceof Date)
      .map((date) => date.getTime())
      .filter((at) => at <= now);
    return dates.length === 0 ? unknown('not-told', 'no search for updates was noted') : known(Math.max(...dates));
  });
}

const supportOfCycle = (cycle: Known<string>): Known<SystemSupport> =>
  mapKnown(cycle, (version) => supportOf('macos', version));

/**
 * Clause 5.5 on macOS. An update that restarts the Mac is installed by that restart: as long as it is listed, the
 * restart is what is missing.
 */
export const patchesMacos: Collector = {
  check: 'patches',
  sources: [updates, updateState, os],
  collect(outputs, now): Observation {
    const cycle = readCycle(outputOf(outputs, os));
    const listed = readMacosUpdates(outputOf(outputs, updates), isKnown(cycle) ? Number(cycle.known) : undefined);
    const facts = {
      missing: told(mapKnown(listed, (list) => known(list.map(({ update }) => update)))),
      listsUpdatedAt: told(readLastLook(outputOf(outputs, updateState), now)),
      restartRequired: told(mapKnown(listed, (list) => known(list.some(({ restarts }) => restarts)))),
      system: told(supportOfCycle(cycle)),
    };
    return { facts: known(facts), events: [] };
  },
};
