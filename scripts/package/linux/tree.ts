import { copyFileSync, cpSync, globSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { placeAgent } from '../agent.ts';
import { thisMachine } from '../../bundle/target.ts';

const FILES = join(import.meta.dirname, 'files');

/** Where the agent lies on a laptop: root's, and written to by nobody else. */
export const LIBRARY = '/usr/lib/beadle-agent';
export const SETTINGS = '/etc/beadle-agent/beadle-agent.conf';
const UNITS = '/usr/lib/systemd/system';
const DOCUMENTS = '/usr/share/doc/beadle-agent';

export interface TreeOptions {
  /** More entries of the bundle, as of `bundleAgent`. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** Node as a file of its own, whose times can be set without changing those of the one that was linked to. */
function ownNode(folder: string): void {
  const path = join(folder, 'node');
  copyFileSync(path, `${path}.own`);
  rmSync(path);
  renameSync(`${path}.own`, path);
}

/** Makes everything that the package puts on a laptop in `folder`, by its path there. */
export async function makeTree(folder: string, { programs = {} }: TreeOptions = {}): Promise<void> {
  const at = (path: string) => join(folder, path);
  for (const path of ['/usr/bin', '/usr/lib', UNITS, DOCUMENTS, '/etc/beadle-agent'])
    mkdirSync(at(path), { recursive: true });
  await placeAgent(at(LIBRARY), thisMachine(), programs);
  ownNode(at(LIBRARY));
  symlinkSync('../lib/beadle-agent/beadle-agent', at('/usr/bin/beadle-agent'));
  for (const name of globSync('*.{service,path}', { cwd: FILES })) cpSync(join(FILES, name), at(join(UNITS, name)));
  cpSync(join(FILES, 'beadle-agent.conf'), at(SETTINGS));
  cpSync(join(FILES, 'copyright'), at(join(DOCUMENTS, 'copyright')));
}
