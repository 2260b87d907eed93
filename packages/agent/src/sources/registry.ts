import type { Platform } from '../host/host.ts';
import { LINUX_SOURCES } from './linux.ts';
import { MACOS_SOURCES } from './macos.ts';
import type { Source } from './source.ts';
import { WINDOWS_SOURCES } from './windows.ts';

const SOURCES: Readonly<Record<Platform, readonly Source[]>> = {
  linux: LINUX_SOURCES,
  win32: WINDOWS_SOURCES,
  darwin: MACOS_SOURCES,
};

/** Everything that may be run or read on a platform, in the order in which `beadle-agent sources` shows it. */
export const sourcesFor = (platform: NodeJS.Platform): readonly Source[] =>
  platform in SOURCES ? SOURCES[platform as Platform] : [];
