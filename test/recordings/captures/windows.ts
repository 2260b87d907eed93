import type { PlatformCaptures } from './capture.ts';
import { SETTINGS } from './windows-settings.ts';

export const WINDOWS: PlatformCaptures = { platform: 'windows', captures: [...SETTINGS] };
