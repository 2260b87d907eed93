import { watch } from 'node:fs/promises';
import { coalesce } from './coalesce.ts';
import { keepTrying } from './repeat.ts';
import type { Watcher } from './watcher.ts';

const SPOOL = '/var/spool/cups';
/** CUPS writes a job down when it comes and, up to half a minute late, when it has ended: the end is looked for. */
const ECHOES_MS = [2000, 5000, 15_000, 45_000];

/**
 * Jobs, by the files that CUPS keeps of each, whose names are numbers; none is opened. Where there is no such folder, or
 * it may not be looked at, it is tried again each minute: CUPS may be installed later.
 */
export function createSpoolWatcher({ folder = SPOOL, echoesMs = ECHOES_MS } = {}): Watcher {
  return {
    id: 'linux/cups-spool',
    check: 'printing',
    async watch(changed, signal) {
      const hint = coalesce(changed, signal, { echoes: echoesMs });
      await keepTrying(async () => {
        for await (const _event of watch(folder, { signal, persistent: false })) hint();
      }, signal);
    },
  };
}
