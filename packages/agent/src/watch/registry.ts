import type { Host } from '../host/host.ts';
import { createSpoolWatcher } from './cups-spool.ts';
import { createBlockWatcher } from './udev.ts';
import type { Watcher } from './watcher.ts';

interface Deps {
  readonly host: Pick<Host, 'follow'>;
  /** Where CUPS keeps its jobs, if not in the usual place. */
  readonly spool?: string;
}

/** What the operating system pushes, so that nobody waits for the next cycle. */
export function watchersFor(platform: NodeJS.Platform, { host, spool }: Deps): readonly Watcher[] {
  if (platform !== 'linux') return [];
  return [createBlockWatcher({ host }), createSpoolWatcher(spool === undefined ? {} : { folder: spool })];
}
