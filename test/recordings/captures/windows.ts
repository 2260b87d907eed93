import type { PlatformCaptures } from './capture.ts';

export const WINDOWS: PlatformCaptures = { platform: 'windows', captures: [] };
