import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../packages/agent/src/host/script-files.ts';

export const scriptsFolder = join(import.meta.dirname, '../packages/agent/src/sources/windows/powershell');

/** The SHA-256 of each of the agent's PowerShell scripts, as `digests.json` is to hold them. */
export const powershellDigests = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(scriptsFolder)
      .filter((name) => name.endsWith('.ps1'))
      .toSorted()
      .map((name) => [name, digestOf(readFileSync(join(scriptsFolder, name), 'utf8'))]),
  );

if (import.meta.main)
  writeFileSync(join(scriptsFolder, 'digests.json'), `${JSON.stringify(powershellDigests(), null, 2)}\n`);
