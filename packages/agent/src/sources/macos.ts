import type { Source } from './source.ts';

/** Everything that the agent may run or read on macOS. */
export const MACOS_SOURCES: readonly Source[] = [];
