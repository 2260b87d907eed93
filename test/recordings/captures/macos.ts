import type { PlatformCaptures } from './capture.ts';

export const MACOS: PlatformCaptures = { platform: 'macos', captures: [] };
