import { isDeepStrictEqual } from 'node:util';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { powershellDigests, scriptFolders } from '../powershell-digests.ts';

/** The agent's PowerShell scripts beside the bundle, which runs them only as they are now, or signed. */
export function placeScripts(folder: string): void {
  mkdirSync(join(folder, 'powershell'));
  for (const from of Object.values(scriptFolders)) {
    const present = powershellDigests(from);
    if (!isDeepStrictEqual(present, JSON.parse(readFileSync(join(from, 'digests.json'), 'utf8'))))
      throw new Error('Scripts have changed since their digests were taken: run node scripts/powershell-digests.ts');
    for (const name of Object.keys(present)) copyFileSync(join(from, name), join(folder, 'powershell', name));
  }
}
