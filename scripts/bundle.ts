import { chmodSync, copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { launcher } from './bundle/launcher.ts';
import { ADDON, addonBesideBundle, addonOfThisMachine, onlyDispatchers } from './bundle/plugins.ts';
import { placeScripts } from './bundle/scripts.ts';

const root = join(import.meta.dirname, '..');

/** What CommonJS packages expect to be there, and ES modules have not. */
const COMMON_JS = [
  "import{createRequire as beadleRequire}from'node:module';",
  'const require=beadleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join('');

/** `entries` are paths of TypeScript files by the name of their bundle; all share one set of chunks in `folder`. */
async function bundleCode(folder: string, entries: Readonly<Record<string, string>>): Promise<void> {
  await build({
    entryPoints: { ...entries },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // Flat: the addon is required relative to whichever part holds better-sqlite3.
    chunkNames: '[name]-[hash]',
    bundle: true,
    // What a command does not import stays on the disk: the YAML reader, most of systeminformation, undici until needed.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    minify: true,
    legalComments: 'none',
    banner: { js: COMMON_JS },
    plugins: [addonBesideBundle, onlyDispatchers],
    logLevel: 'warning',
  });
}

/** The pinned Node as it was published: its signature stays whole. A second name for the same file where that can be. */
function placeNode(path: string): void {
  try {
    linkSync(process.execPath, path);
  } catch {
    copyFileSync(process.execPath, path);
  }
}

/** Makes the agent in `folder` as it is installed on a device of this machine's kind. */
export async function bundleAgent(folder: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundleCode(folder, { agent: join(root, 'packages/agent/src/main.ts'), ...more });
  copyFileSync(join(root, `node_modules/better-sqlite3/prebuilds/${addonOfThisMachine()}.node`), join(folder, ADDON));
  placeNode(join(folder, process.platform === 'win32' ? 'node.exe' : 'node'));
  if (process.platform === 'win32') placeScripts(folder);
  const { name, text } = launcher(process.platform);
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}

if (import.meta.main) {
  const folder = join(root, 'dist/beadle-agent');
  await bundleAgent(folder);
  console.log(folder);
}
