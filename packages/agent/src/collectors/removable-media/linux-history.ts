import { isKnown, type Known, known, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { kernelLog, kernelLogEnd, kernelLogPlace } from '../../sources/linux/storage.ts';
import { firstLine, isFields } from '../answers.ts';
import { FROM_START, type History } from '../collector.ts';
import { arrivalsOf, type Described, type Heard, type KernelMessage } from './kernel-messages.ts';

interface Place {
  /** Empty where the journal held nothing yet. */
  readonly cursor: string;
  readonly ports: readonly (readonly [string, Described])[];
  readonly hosts: readonly (readonly [string, string])[];
}

const START: Place = { cursor: '', ports: [], hosts: [] };

const isListOfPairs = (value: unknown, isOfKind: (part: unknown) => boolean): boolean =>
  Array.isArray(value) &&
  value.every((pair: unknown) => Array.isArray(pair) && typeof pair[0] === 'string' && isOfKind(pair[1]));

function placeOf(bookmark: string): Place | undefined {
  if (bookmark === FROM_START) return START;
  try {
    const value: unknown = JSON.parse(bookmark);
    const isPlace =
      isFields(value) &&
      typeof value.cursor === 'string' &&
      isListOfPairs(value.ports, (described) => isFields(described)) &&
      isListOfPairs(value.hosts, (port) => typeof port === 'string');
    return isPlace ? (value as unknown as Place) : undefined;
  } catch {
    return undefined;
  }
}

/** journalctl ends well where it may not look or where there is nothing to look at, and says so on standard error. */
function journalOf(result: SourceResult): Known<string> {
  if (result.kind === 'unreadable') {
    return unknown(result.reason === 'tool-missing' ? 'history-not-kept' : result.reason, result.detail);
  }
  const { stderr } = result;
  if (/insufficient permissions|not seeing messages from other users/i.test(stderr))
    return unknown('access-denied', firstLine(stderr));
  if (/No journal files were (found|opened)/i.test(stderr)) return unknown('history-not-kept', firstLine(stderr));
  // As JSON it says nothing at all where there is no journal, and no kernel keeps quiet.
  const isSilent = result.stdout === '' && stderr.trim() === '';
  if (result.exitCode !== 0)
    return unknown(isSilent ? 'history-not-kept' : 'source-failed', firstLine(stderr) || undefined);
  return known(result.stdout);
}

const cursorOf = (journal: string): string | undefined => /^-- cursor: (\S+)\s*$/m.exec(journal)?.[1];

/** Beyond it no time has an ISO 8601 form of four digits a year. */
const LAST_TIME = Date.UTC(10_000, 0);

/** What of a cursor says which entry it is; its place in a file (`s`, `i`) changes when journald moves to another one. */
function entryOf(cursor: string): string {
  const parts = cursor.split(';').filter((part) => /^[bmtx]=/.test(part));
  return parts.toSorted().join(';');
}

const firstCursorOf = (journal: string): string | undefined => /"__CURSOR"\s*:\s*"([^"]+)"/.exec(journal)?.[1];

/** A message that is not text comes as a list of bytes, and is none of those looked for. */
function messageOf(line: string): KernelMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value) || typeof value.MESSAGE !== 'string') return undefined;
    const at = Number(value.__REALTIME_TIMESTAMP) / 1000;
    return at >= 0 && at < LAST_TIME ? { at: Math.floor(at), text: value.MESSAGE } : undefined;
  } catch {
    return undefined;
  }
}

const heardAt = (place: Place): Heard => ({ ports: new Map(place.ports), hosts: new Map(place.hosts) });

/** What was plugged in while the agent was off: the journal's kernel messages, across restarts of the machine. */
export const kernelLogLinux: History = {
  check: 'removable-media',
  id: 'linux/kernel-log',
  sources: [kernelLog, kernelLogEnd, kernelLogPlace],
  async end(host) {
    const journal = journalOf(await host.read(kernelLogEnd));
    if (!isKnown(journal)) return journal;
    return known(JSON.stringify({ ...START, cursor: cursorOf(journal.known) ?? '' } satisfies Place));
  },
  async since(host, bookmark) {
    const place = placeOf(bookmark);
    if (place === undefined) return unknown('not-understood', 'a bookmark of another kind');
    const journal = journalOf(await host.read(kernelLog, place.cursor === '' ? undefined : place.cursor));
    if (!isKnown(journal)) return journal;
    const messages = journal.known
      .split('\n')
      .map(messageOf)
      .filter((message) => message !== undefined);
    const { arrivals, heard } = arrivalsOf(messages, heardAt(place));
    const cursor = cursorOf(journal.known) ?? place.cursor;
    const next: Place = { cursor, ports: [...heard.ports], hosts: [...heard.hosts] };
    return known({ events: arrivals, bookmark: JSON.stringify(next) });
  },
  // Asked for an entry that is gone, journalctl goes on from the next one that is left and says nothing.
  async reachesBackTo(host, bookmark) {
    const cursor = placeOf(bookmark)?.cursor ?? '';
    if (cursor === '') return true;
    const journal = journalOf(await host.read(kernelLogPlace, cursor));
    const first = isKnown(journal) ? firstCursorOf(journal.known) : undefined;
    return first !== undefined && entryOf(first) === entryOf(cursor);
  },
};
