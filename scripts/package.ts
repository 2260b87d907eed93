import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import about from '../package.json' with { type: 'json' };
import nodes from './bundle/nodes.json' with { type: 'json' };
import { sha256Of } from './bundle/published-node.ts';
import { thisMachine } from './bundle/target.ts';
import { architecture, makeDeb } from './package/deb.ts';
import { AGENT_DEB } from './package/linux/control.ts';
import { makeTree } from './package/linux/tree.ts';
import { packageMacos } from './package/macos/macos.ts';
import { packageServer } from './package/server/server.ts';
import { sourceDate } from './package/source-date.ts';
import { packageWindows } from './package/windows/windows.ts';

const root = join(import.meta.dirname, '..');

/** What goes to every laptop is the Node that was published, and no other that happens to run this. */
function refuseOtherMachines(): void {
  const { kind, node } = thisMachine();
  if (kind !== 'linux-x64') throw new Error(`The Debian package is made on linux-x64: this is ${kind}.`);
  if (sha256Of(node) !== nodes[kind].sha256) throw new Error(`${node} is not the Node of scripts/bundle/nodes.json.`);
}

/** Makes the agent's Debian package in `folder`; gives its path. */
export async function packageForDebian(folder: string): Promise<string> {
  refuseOtherMachines();
  const { version } = about;
  const file = join(folder, `beadle-agent_${version}_${architecture()}.deb`);
  const tree = mkdtempSync(join(tmpdir(), 'beadle-package-'));
  try {
    await makeTree(tree);
    mkdirSync(folder, { recursive: true });
    makeDeb(AGENT_DEB, { tree, file, version, madeAt: sourceDate() });
    return file;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

const packages: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  debian: packageForDebian,
  windows: packageWindows,
  macos: packageMacos,
  server: packageServer,
};

async function main(name = 'debian'): Promise<number> {
  const make = Object.hasOwn(packages, name) ? packages[name] : undefined;
  if (make === undefined) {
    console.error(`Usage: npm run package -- [${Object.keys(packages).join('|')}]`);
    return 2;
  }
  console.log(await make(join(root, 'dist')));
  return 0;
}

if (import.meta.main) process.exitCode = await main(...process.argv.slice(2));
