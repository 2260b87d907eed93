import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../packages/agent/src/host/script-files.ts';

const agent = join(import.meta.dirname, '../packages/agent/src');

/** The agent's PowerShell scripts: those that read, and those that carry orders out. Each folder has its digests in it. */
export const scriptFolders = {
  sources: join(agent, 'sources/windows/powershell'),
  acts: join(agent, 'restrictions/windows/powershell'),
} as const;

/** The SHA-256 of each script of a folder, as its `digests.json` is to hold them. */
export const powershellDigests = (folder: string = scriptFolders.sources): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.ps1'))
      .toSorted()
      .map((name) => [name, digestOf(readFileSync(join(folder, name), 'utf8'))]),
  );

if (import.meta.main)
  for (const folder of Object.values(scriptFolders))
    writeFileSync(join(folder, 'digests.json'), `${JSON.stringify(powershellDigests(folder), null, 2)}\n`);
