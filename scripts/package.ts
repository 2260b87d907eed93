import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import about from '../package.json' with { type: 'json' };
import { ARCHITECTURES } from './package/linux/control.ts';
import { COMPRESSION, makeDeb } from './package/linux/deb.ts';
import { makeTree } from './package/linux/tree.ts';
import { sourceDate } from './package/source-date.ts';

const root = join(import.meta.dirname, '..');

/** Makes the agent's Debian package for this machine's kind in `folder`; gives its path. */
export async function packageForDebian(folder: string): Promise<string> {
  const { version } = about;
  const file = join(folder, `beadle-agent_${version}_${ARCHITECTURES[process.arch]}.deb`);
  const tree = mkdtempSync(join(tmpdir(), 'beadle-package-'));
  try {
    await makeTree(tree);
    mkdirSync(folder, { recursive: true });
    makeDeb({ tree, file, version, madeAt: sourceDate(), compression: COMPRESSION });
    return file;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

if (import.meta.main) console.log(await packageForDebian(join(root, 'dist')));
