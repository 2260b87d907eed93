import type { Seeds } from './seed.ts';

export const MACOS: Seeds = { platform: 'macos', outputs: {}, nameAccounts: [] };
