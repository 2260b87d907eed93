import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const SERVER = join(ROOT, 'packages/server/src/main.ts');
export const AGENT = join(ROOT, 'packages/agent/src/main.ts');
