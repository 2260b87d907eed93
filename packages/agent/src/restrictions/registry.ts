import { RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import type { Act } from '../host/act.ts';
import { LINUX_ACTS } from './linux/acts.ts';
import { linuxRestrictor } from './linux.ts';
import { type Means, type Restrictor, type RestrictorDeps, unsupported } from './means.ts';

/** Everything that may be changed on a platform, and how what came of it is looked at. */
export const actsFor = (platform: NodeJS.Platform): readonly Act[] => (platform === 'linux' ? LINUX_ACTS : []);

const NONE = 'this version has no means for it on this platform';

const nothing = (): Restrictor => ({
  means: Object.fromEntries(RESTRICTIONS.map((kind) => [kind, unsupported(NONE)])) as Record<RestrictionKind, Means>,
  show: () => Promise.resolve({ kind: 'unsupported', observed: NONE }),
});

export const restrictorFor = (platform: NodeJS.Platform, deps: RestrictorDeps): Restrictor =>
  platform === 'linux' ? linuxRestrictor(deps) : nothing();
