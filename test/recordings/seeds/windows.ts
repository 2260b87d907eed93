import type { Seeds } from './seed.ts';

export const WINDOWS: Seeds = { platform: 'windows', outputs: {}, nameAccounts: [] };
