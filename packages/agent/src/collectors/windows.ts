import type { PlatformCollectors } from './collector.ts';

/** What is collected on Windows, in the order of the policy's clauses. */
export const WINDOWS: PlatformCollectors = { collectors: [], histories: [] };
