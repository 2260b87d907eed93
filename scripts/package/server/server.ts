import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import about from '../../../package.json' with { type: 'json' };
import { architecture, makeDeb } from '../deb.ts';
import { sourceDate } from '../source-date.ts';
import { COPYRIGHT, SERVER_DEB } from './control.ts';
import { layOut } from './tree.ts';

const root = join(import.meta.dirname, '../../..');

/** Makes the server's Debian package in `folder`; gives its path. */
export async function packageServer(folder: string): Promise<string> {
  const { version } = about;
  const file = join(folder, `beadle-server_${version}_${architecture()}.deb`);
  const tree = mkdtempSync(join(tmpdir(), 'beadle-server-tree-'));
  try {
    await layOut(root, tree, { 'usr/share/doc/beadle-server/copyright': COPYRIGHT });
    mkdirSync(folder, { recursive: true });
    makeDeb(SERVER_DEB, { tree, file, version, madeAt: sourceDate() });
    return file;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
