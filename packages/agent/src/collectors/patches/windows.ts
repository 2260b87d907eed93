import {
  isKnown,
  type Known,
  known,
  mapKnown,
  type Observation,
  type SystemSupport,
  unknown,
  type Update,
} from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { missingUpdates, os, updateState } from '../../sources/windows/patches.ts';
import { type Fields, isFields, jsonOf, outputOf, textField, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { numberField } from '../windows/json-rows.ts';
import { type MissingUpdate, readMissingUpdates } from './windows-updates.ts';
import { windowsSupport } from './windows-support.ts';

const DAY_MS = 86_400_000;
const MOST_UPDATES = 5000;
/** Windows 2000's. */
const FIRST_BUILD = 2195;
/** Microsoft mends each Windows that it supports once a month: by now something must have been installed or offered. */
const SOMETHING_CAME_WITHIN = 60 * DAY_MS;
/** Automatic updates' dates begin here; COM's own zero is in 1899, and a FILETIME's in 1601. */
const FIRST_DATE = Date.UTC(2009, 0, 1);

/** Milliseconds since the epoch; `null` where there is none, undefined where it is none that can be. */
function dateOf(state: Fields, name: string): number | null | undefined {
  const value = state[name];
  if (value === null) return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return at >= FIRST_DATE ? at : undefined;
}

const isUnlikelyEmpty = (state: Fields, missing: readonly MissingUpdate[] | undefined, now: number): boolean => {
  const installed = dateOf(state, 'LastInstallSuccess');
  return missing?.length === 0 && typeof installed === 'number' && now - installed > SOMETHING_CAME_WITHIN;
};

/**
 * When Windows last searched with success. An empty list proves nothing while updates are paused, nor where an update
 * server of the council's own offers nothing for months: Windows then finds nothing missing and calls that a success.
 */
function searchedAt(state: Fields, missing: readonly MissingUpdate[] | undefined, now: number): Known<number> {
  const [at, paused] = [dateOf(state, 'LastSearchSuccess'), dateOf(state, 'PausedUntil')];
  if (at === null) return unknown('source-missing', 'Windows has never searched for updates');
  if (at === undefined || at > now) return unknown('not-understood', 'no day of a search');
  if (paused === undefined) return unknown('not-understood', 'whether updates are paused was not told');
  if (paused !== null && paused > now)
    return unknown('stale', `updates are paused until ${new Date(paused).toISOString()}`);
  if (isUnlikelyEmpty(state, missing, now))
    return unknown('stale', 'nothing is offered, and nothing has come for 60 days');
  return known(at);
}

/** By the component store or the updater, and by an update that waits for it. */
function restartOf(state: Known<Fields>, missing: readonly MissingUpdate[] | undefined): Known<boolean> {
  if (missing?.some(({ waitsForRestart }) => waitsForRestart) === true) return known(true);
  return mapKnown(state, ({ RebootPending: pending }) =>
    typeof pending === 'boolean' ? known(pending) : unknown('not-told'),
  );
}

const readSystem = (result: SourceResult | undefined): Known<SystemSupport> =>
  mapKnown(jsonOf(result), (value) => {
    const build = isFields(value) ? numberField(value, 'CurrentBuild') : null;
    if (!isFields(value) || build === null || build < FIRST_BUILD)
      return unknown('not-understood', 'not a build of Windows');
    const edition = textField(value, 'EditionID');
    return edition == null ? unknown('not-told', 'no edition') : windowsSupport(build, edition);
  });

const readState = (result: SourceResult | undefined): Known<Fields> =>
  mapKnown(jsonOf(result), (value) =>
    isFields(value) ? known(value) : unknown('not-understood', 'not the state of Windows Update'),
  );

/** What mends no vulnerability is judged by no rule: its name stays on the device (invariant 10). */
const judgedOf = (missing: Known<readonly MissingUpdate[]>): Known<Update[]> =>
  mapKnown(missing, (list) => {
    const judged = list.map(({ update }) => update).filter(({ security }) => security);
    return judged.length > MOST_UPDATES ? unknown('output-too-large', 'too many updates') : known(judged);
  });

/** Clause 5.5 on Windows: what its own last search found missing, and how long ago that was. */
export const patchesWindows: Collector = {
  check: 'patches',
  sources: [os, missingUpdates, updateState],
  collect(outputs, now): Observation {
    const missing = readMissingUpdates(outputOf(outputs, missingUpdates), now);
    const list = isKnown(missing) ? missing.known : undefined;
    const state = readState(outputOf(outputs, updateState));
    const facts = {
      missing: told(judgedOf(missing)),
      listsUpdatedAt: told(mapKnown(state, (fields) => searchedAt(fields, list, now))),
      restartRequired: told(restartOf(state, list)),
      system: told(readSystem(outputOf(outputs, os))),
    };
    return { facts: known(facts), events: [] };
  },
};
