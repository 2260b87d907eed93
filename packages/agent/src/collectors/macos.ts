import type { PlatformCollectors } from './collector.ts';

/** What is collected on macOS, in the order of the policy's clauses. */
export const MACOS: PlatformCollectors = { collectors: [], histories: [] };
