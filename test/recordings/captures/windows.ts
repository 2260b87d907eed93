import type { PlatformCaptures } from './capture.ts';
import { DEVICES } from './windows-devices.ts';
import { SETTINGS } from './windows-settings.ts';

export const WINDOWS: PlatformCaptures = { platform: 'windows', captures: [...DEVICES, ...SETTINGS] };
