import { chmodSync, copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { launcher } from './bundle/launcher.ts';
import { ADDON, addonBesideBundle, onlyDispatchers } from './bundle/plugins.ts';
import { placeScripts } from './bundle/scripts.ts';
import { type Target, thisMachine } from './bundle/target.ts';

const root = join(import.meta.dirname, '..');

/** What CommonJS packages expect to be there, and ES modules have not. */
const COMMON_JS = [
  "import{createRequire as beadleRequire}from'node:module';",
  'const require=beadleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join('');

/** `entries` are paths of TypeScript files by the name of their bundle; all share one set of chunks in `folder`. */
async function bundleCode(folder: string, entries: Readonly<Record<string, string>>, kind: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
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
    plugins: [addonBesideBundle(kind), onlyDispatchers],
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** The pinned Node as it was published: its signature stays whole. A second name for the same file where that can be. */
function placeNode(from: string, path: string): void {
  try {
    linkSync(from, path);
  } catch {
    copyFileSync(from, path);
  }
}

/**
 * Makes the agent in `folder` as it is installed on a device of the target's kind, otherwise of this machine's. Gives what
 * esbuild read for it: what others have written is among it, and has licences.
 */
export async function bundleAgent(
  folder: string,
  more: Readonly<Record<string, string>> = {},
  { kind, platform, node }: Target = thisMachine(),
): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const metafile = await bundleCode(folder, { agent: join(root, 'packages/agent/src/main.ts'), ...more }, kind);
  copyFileSync(join(root, `node_modules/better-sqlite3/prebuilds/${kind}.node`), join(folder, ADDON));
  placeNode(node, join(folder, platform === 'win32' ? 'node.exe' : 'node'));
  if (platform === 'win32') placeScripts(folder);
  const { name, text } = launcher(platform);
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
  return metafile;
}

if (import.meta.main) {
  const folder = join(root, 'dist/beadle-agent');
  await bundleAgent(folder);
  console.log(folder);
}
