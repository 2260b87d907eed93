import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { firstLine, textOf } from '../answers.ts';
import type { ApfsState } from '../macos/apfs.ts';

export interface FileVault {
  readonly state: ApfsState;
  readonly percent: number | null;
}

/** Not a number where it has only begun. */
function percentOf(text: string): number | null {
  const percent = Number(/Percent completed = ([\d.]+)/i.exec(text)?.[1]);
  return percent >= 0 && percent <= 100 ? percent : null;
}

/**
 * `fdesetup status`, which speaks English only. The first line decides: one that is `Off` and will be `On` after the
 * next restart, or for which somebody has put it off, is off. What is under way follows on a line of its own.
 */
export const readFileVault = (result: SourceResult | undefined): Known<FileVault> =>
  mapKnown(textOf(result), (text): Known<FileVault> => {
    const first = firstLine(text);
    const said = /^FileVault is (On|Off)[.,]/i.exec(first)?.[1]?.toLowerCase();
    if (said === undefined) return unknown('not-understood', first || 'nothing was printed');
    const rest = text.trim().slice(first.length);
    if (/decryption\b.*(in progress|paused)/i.test(rest))
      return known({ state: 'decrypting', percent: percentOf(rest) });
    if (/encryption\b.*(in progress|paused)/i.test(rest))
      return known({ state: 'encrypting', percent: percentOf(rest) });
    return known({ state: said === 'on' ? 'on' : 'off', percent: null });
  });
