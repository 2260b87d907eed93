import type { Source } from './source.ts';

/** Everything that the agent may run or read on Windows. */
export const WINDOWS_SOURCES: readonly Source[] = [];
