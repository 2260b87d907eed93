import { LINUX_SOURCES } from './linux.ts';
import type { Source } from './source.ts';

/** Everything that may be run or read on a platform, in the order in which `beadle-agent sources` shows it. */
export function sourcesFor(platform: NodeJS.Platform): readonly Source[] {
  return platform === 'linux' ? LINUX_SOURCES : [];
}
