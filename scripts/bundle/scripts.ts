import { isDeepStrictEqual } from 'node:util';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import digests from '../../packages/agent/src/sources/windows/powershell/digests.json' with { type: 'json' };
import { powershellDigests, scriptsFolder } from '../powershell-digests.ts';

/** The agent's PowerShell scripts beside the bundle, which runs them only as they are now, or signed. */
export function placeScripts(folder: string): void {
  const present = powershellDigests();
  if (!isDeepStrictEqual(present, digests))
    throw new Error('Scripts have changed since their digests were taken: run node scripts/powershell-digests.ts');
  mkdirSync(join(folder, 'powershell'));
  for (const name of Object.keys(present)) copyFileSync(join(scriptsFolder, name), join(folder, 'powershell', name));
}
