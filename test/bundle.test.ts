import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { bundleAgent } from '../scripts/bundle.ts';
import { placeScripts } from '../scripts/bundle/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'beadle-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const windows = join(import.meta.dirname, '../packages/agent/src/sources/windows/powershell.ts');
const acts = join(import.meta.dirname, '../packages/agent/src/restrictions/windows/acts.ts');
const files = join(import.meta.dirname, '../packages/agent/src/host/script-files.ts');

it('a bundle finds the scripts of Windows beside it, and knows them', async () => {
  await bundleAgent(folder, { windows, files, acts });
  placeScripts(folder);
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(folder, `${name}.mjs`)).href);
  const { SCRIPTS_FOLDER, powershellRunner } = (await load(
    'windows',
  )) as typeof import('../packages/agent/src/sources/windows/powershell.ts');
  const { digestOf } = (await load('files')) as typeof import('../packages/agent/src/host/script-files.ts');
  expect(SCRIPTS_FOLDER).toBe(join(folder, 'powershell'));
  const { scripts } = powershellRunner(['C:\\powershell.exe'], SCRIPTS_FOLDER, 'C:\\Windows');
  const names = readdirSync(SCRIPTS_FOLDER);
  const { WINDOWS_ACTS } = (await load('acts')) as typeof import('../packages/agent/src/restrictions/windows/acts.ts');
  const ofActs = WINDOWS_ACTS.flatMap(({ does }) =>
    does.kind === 'command' && does.script !== undefined ? [does.script] : [],
  );
  expect(names.toSorted()).toEqual(
    [...Object.keys(scripts?.digests ?? {}), ...ofActs.map(({ name }) => name)].toSorted(),
  );
  for (const { folder: of, name, digest } of ofActs)
    expect(digestOf(readFileSync(join(of, name), 'utf8'))).toBe(digest);
  for (const name of Object.keys(scripts?.digests ?? {}))
    expect(digestOf(readFileSync(join(SCRIPTS_FOLDER, name), 'utf8'))).toBe(scripts?.digests[name]);
  writeFileSync(join(SCRIPTS_FOLDER, 'os.ps1'), 'Get-Date\n');
  expect(digestOf(readFileSync(join(SCRIPTS_FOLDER, 'os.ps1'), 'utf8'))).not.toBe(scripts?.digests['os.ps1']);
});
