import { type Known, known, unknown, type Update } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { firstLine } from '../answers.ts';
import { supportOf } from './support.ts';

export interface ListedUpdate {
  readonly update: Update;
  /** It is installed by a restart, and waits for one until then. */
  readonly restarts: boolean;
}

const NONE = /^No new software available\.?\s*$/m;
const SOME = /^Software Update found the following new or updated software:\s*$/m;
const TROUBLE = /can.t|cannot|could ?n.t|unable|error|fail|timed out|offline/i;
/** `* Label: NAME`, before 10.15 `* NAME`; the line below holds the rest. */
const ENTRY = /^\s*\* (?:Label: )?(.*)$/;

/** `26` of `macOS Tahoe 26.1`, if there is such a macOS. */
function systemIn(title: string): number | undefined {
  const major = /^macOS [A-Z][a-z]+(?: [A-Z][a-z]+)? (\d+)(?:\.\d+)*$/.exec(title)?.[1];
  return major !== undefined && 'known' in supportOf('macos', major) ? Number(major) : undefined;
}

/** A later macOS that is offered to one that is still mended is no missing update: its support decides. */
const isUpgrade = (title: string, system: number | undefined): boolean =>
  system !== undefined && (systemIn(title) ?? system) > system;

function updateOf(label: string, details: string, system: number | undefined): ListedUpdate | undefined {
  const title = /(?:^|\s)Title: (.*?), (?:Version|Size): /.exec(details)?.[1] ?? /^\s*(.+?), \d+ ?K/.exec(details)?.[1];
  if (label.trim() === '' || title === undefined) return undefined;
  return {
    // Apple tells neither how severe it is nor, here, the day of release.
    update: {
      id: label.trim().slice(0, 120),
      title: title.trim().slice(0, 200),
      severity: 'unknown',
      security: !isUpgrade(title.trim(), system),
      releasedAt: null,
    },
    restarts: /Action: (restart|shut ?down)|\[(restart|shut ?down)\]/i.test(details),
  };
}

/**
 * `softwareupdate --list --no-scan`: it ends well whatever became of it and speaks on both streams, so that only the
 * words of an answer are one. `system` is the major version that runs, where it is known.
 */
export function readMacosUpdates(
  result: SourceResult | undefined,
  system: number | undefined,
): Known<readonly ListedUpdate[]> {
  if (result === undefined) return unknown('source-missing');
  if (result.kind === 'unreadable') return unknown(result.reason, result.detail);
  const text = `${result.stdout}\n${result.stderr}`;
  if (result.exitCode !== 0) return unknown('source-failed', firstLine(text));
  const lines = text.split('\n');
  const entries = lines.flatMap((line, at) => {
    const label = ENTRY.exec(line)?.[1];
    return label === undefined ? [] : [updateOf(label, lines[at + 1] ?? '', system)];
  });
  const understood = entries.filter((entry) => entry !== undefined);
  if (understood.length !== entries.length) return unknown('not-understood', 'an update was not understood');
  if (entries.length > 0) return SOME.test(text) ? known(understood) : unknown('not-understood', firstLine(text));
  if (!NONE.test(text) || SOME.test(text) || TROUBLE.test(text)) return unknown('source-failed', firstLine(text));
  return known([]);
}
