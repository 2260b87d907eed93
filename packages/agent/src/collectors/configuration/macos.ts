import { type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { bootPolicy } from '../../sources/macos/protection.ts';
import { firstLine, outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** Apple's SecureBootLevel: `medium` starts whatever Apple has ever signed, and `off` anything. */
const LEVELS: Readonly<Record<string, 'on' | 'off'>> = { full: 'on', medium: 'on', off: 'off' };

/** One line is kept of what is printed: `SecureBootLevel = full;`. A Mac without a security chip has none. */
const readSecureBoot = (result: SourceResult | undefined): Known<'on' | 'off'> =>
  mapKnown(textOf(result), (text) => {
    const said = /^\s*"?SecureBootLevel"?\s*=\s*"?([a-z ]+)"?;?\s*$/m.exec(text)?.[1]?.trim();
    const level = said === undefined ? undefined : LEVELS[said];
    return level === undefined ? unknown('not-told', firstLine(text) || undefined) : known(level);
  });

/** Cyber Essentials' secure configuration on macOS, which starts no program because a medium has come. */
export const configurationMacos: Collector = {
  check: 'configuration',
  sources: [bootPolicy],
  collect(outputs): Observation {
    const secureBoot = told(readSecureBoot(outputOf(outputs, bootPolicy)));
    return { facts: known({ autorun: known('off'), secureBoot }), events: [] };
  },
};
