import { RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import type { Act } from '../host/act.ts';
import type { Platform } from '../host/host.ts';
import { LINUX_ACTS } from './linux/acts.ts';
import { linuxRestrictor } from './linux.ts';
import { MACOS_ACTS } from './macos/acts.ts';
import { macosRestrictor } from './macos.ts';
import { type Means, type Restrictor, type RestrictorDeps, unsupported } from './means.ts';
import { WINDOWS_ACTS } from './windows/acts.ts';
import { windowsRestrictor } from './windows.ts';

interface OnPlatform {
  readonly acts: readonly Act[];
  readonly restrictor: (deps: RestrictorDeps) => Restrictor;
}

const PLATFORMS: Readonly<Record<Platform, OnPlatform>> = {
  linux: { acts: LINUX_ACTS, restrictor: linuxRestrictor },
  win32: { acts: WINDOWS_ACTS, restrictor: windowsRestrictor },
  darwin: { acts: MACOS_ACTS, restrictor: macosRestrictor },
};

const NONE = 'this version has no means for it on this platform';

const NOWHERE: OnPlatform = {
  acts: [],
  restrictor: () => ({
    means: Object.fromEntries(RESTRICTIONS.map((kind) => [kind, unsupported(NONE)])) as Record<RestrictionKind, Means>,
    show: () => Promise.resolve({ kind: 'unsupported', observed: NONE }),
  }),
};

const on = (platform: NodeJS.Platform): OnPlatform =>
  platform in PLATFORMS ? PLATFORMS[platform as Platform] : NOWHERE;

/** Everything that may be changed on a platform, and how what came of it is looked at. */
export const actsFor = (platform: NodeJS.Platform): readonly Act[] => on(platform).acts;

export const restrictorFor = (platform: NodeJS.Platform, deps: RestrictorDeps): Restrictor =>
  on(platform).restrictor(deps);
