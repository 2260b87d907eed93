import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architecture, COPYRIGHT, writeControl } from './package-server/control.ts';
import { pack, sourceDate } from './package-server/pack.ts';
import { layOut } from './package-server/tree.ts';

const root = join(import.meta.dirname, '..');

/** Makes the server's Debian package in `folder`; gives its path. */
export async function packageServer(folder: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const deb = join(folder, `beadle-server_${version}_${architecture()}.deb`);
  const tree = mkdtempSync(join(tmpdir(), 'beadle-server-tree-'));
  try {
    await layOut(root, tree, { 'usr/share/doc/beadle-server/copyright': COPYRIGHT });
    writeControl(tree, version);
    mkdirSync(folder, { recursive: true });
    pack(tree, deb, sourceDate());
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  return deb;
}

if (import.meta.main) console.log(await packageServer(join(root, 'dist')));
