import type { Restrictor, RestrictorDeps } from './means.ts';
import { isolate } from './linux/isolate.ts';
import { lock, signOut } from './linux/lock.ts';
import { blockMedia } from './linux/media.ts';
import { show } from './linux/notice.ts';

export const linuxRestrictor = (deps: RestrictorDeps): Restrictor => ({
  means: {
    isolate: isolate(deps),
    'block-removable-media': blockMedia(deps),
    lock: lock(deps),
    'sign-out': signOut(deps),
    // The notice for the finder is shown before the screen is locked; no desktop shows one of others' on a locked screen.
    'lost-mode': lock(deps),
  },
  show: (notice) => show(deps.host, notice),
});
