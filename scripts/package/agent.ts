import { copyFileSync, globSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleAgent } from '../bundle.ts';
import { type Target, thisMachine } from '../bundle/target.ts';
import { VERSION } from '../../packages/agent/src/version.ts';
import { componentsOf, type Licensed, licencesOf, licencesText, nodeComponent, nodeLicensed } from './licences.ts';
import { sbomOf } from './sbom.ts';

const root = join(import.meta.dirname, '../..');

/** What a package of the agent says about itself, beside the bundle. */
export const PAPERS = { ours: 'LICENSE', others: 'LICENCES.txt', parts: 'sbom.cdx.json' } as const;

/**
 * Makes the agent for a kind of device in `folder`, with the licences of all that is in it and its bill of materials. `more`
 * are further entries of the bundle, as tests need them; `add` puts what a platform needs besides into the folder, and says
 * what of others is in that.
 */
export async function placeAgent(
  folder: string,
  target: Target = thisMachine(),
  more: Readonly<Record<string, string>> = {},
  add: (folder: string) => readonly Licensed[] = () => [],
): Promise<void> {
  const bundled = licencesOf(await bundleAgent(folder, more, target));
  const parts = [...bundled, ...add(folder)];
  const components = [...componentsOf(parts), nodeComponent(target.node)];
  copyFileSync(join(root, 'LICENSE'), join(folder, PAPERS.ours));
  writeFileSync(join(folder, PAPERS.others), licencesText([...parts, nodeLicensed()]));
  writeFileSync(join(folder, PAPERS.parts), sbomOf({ name: 'beadle-agent', version: VERSION, components }));
}

/** Files below `folder` by their paths from it, with `/`, in one order whatever the machine. */
export function filesIn(folder: string): readonly string[] {
  const paths = globSync('**', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
  return paths.map((path) => path.replaceAll('\\', '/')).toSorted();
}

/** Gives every file in `folder` the time of its sources. */
export function date(folder: string, at: Date): void {
  for (const path of filesIn(folder)) utimesSync(join(folder, path), at, at);
}
