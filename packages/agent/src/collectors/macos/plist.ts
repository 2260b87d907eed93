import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { readPlist } from '../../sources/macos/plist.ts';
import { firstLine, textOf } from '../answers.ts';

/** A property list, or why there is none: diskutil says in plain text, and ends well, that its framework is away. */
export const plistOf = (result: SourceResult | undefined): Known<unknown> =>
  mapKnown(textOf(result), (text) => {
    try {
      return known(readPlist(text));
    } catch {
      return unknown('not-understood', firstLine(text) || 'nothing was printed');
    }
  });
