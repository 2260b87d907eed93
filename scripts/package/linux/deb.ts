import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, lstatSync, lutimesSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFFILES, controlOf, digestsOf } from './control.ts';

const FILES = join(import.meta.dirname, 'files');
const SCRIPTS = ['postinst', 'prerm', 'postrm'];

/** As `-Z` and `-z` of dpkg-deb. */
export interface Compression {
  readonly type: 'gzip' | 'none' | 'xz';
  readonly level?: number;
}

export interface DebOptions {
  /** The folder of `makeTree`, which gets a folder `DEBIAN`, and modes and times that are the same wherever it was made. */
  readonly tree: string;
  /** The file to write. */
  readonly file: string;
  readonly version: string;
  readonly madeAt: Date;
  readonly compression: Compression;
}

/** Which every dpkg reads, from Debian 11 on (docs/decisions/0045-the-agents-package.md). */
export const COMPRESSION: Compression = { type: 'gzip', level: 6 };

/** Folders that nobody but root may look into, and files that nobody but root may read. */
const CLOSED = /^etc\/beadle-agent(\/|$)/;
const PROGRAM = /^(usr\/lib\/beadle-agent\/(node|beadle-agent)|DEBIAN\/(postinst|prerm|postrm))$/;

function modeOf(path: string, isFolder: boolean): number {
  const open = isFolder || PROGRAM.test(path) ? 0o755 : 0o644;
  return CLOSED.test(path) ? open & 0o700 : open;
}

/** Relative to `folder`, sorted by their code units: an order of a language would be one of the machine. */
const pathsIn = (folder: string): readonly string[] => globSync('**/*', { cwd: folder }).toSorted();

function sameEverywhere(folder: string, madeAt: Date): void {
  for (const path of pathsIn(folder).toReversed()) {
    const whole = join(folder, path);
    const about = lstatSync(whole);
    if (!about.isSymbolicLink()) chmodSync(whole, modeOf(path, about.isDirectory()));
    lutimesSync(whole, madeAt, madeAt);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, madeAt, madeAt);
}

function writeControl({ tree, version }: DebOptions): void {
  const paths = pathsIn(tree).filter((path) => !path.startsWith('DEBIAN'));
  const bytes = paths.reduce((sum, path) => sum + lstatSync(join(tree, path)).size, 0);
  const folder = join(tree, 'DEBIAN');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'control'), controlOf({ version, bytes }));
  writeFileSync(join(folder, 'conffiles'), CONFFILES);
  writeFileSync(join(folder, 'md5sums'), digestsOf(tree, paths));
  for (const name of SCRIPTS) cpSync(join(FILES, name), join(folder, name));
}

/** Makes a Debian package of a tree, by dpkg-deb alone: the same bytes from the same tree and moment. */
export function makeDeb(options: DebOptions): void {
  const { tree, file, madeAt, compression } = options;
  writeControl(options);
  sameEverywhere(tree, madeAt);
  const { type, level } = compression;
  const how = [`-Z${type}`, ...(level === undefined ? [] : [`-z${level}`]), '--root-owner-group'];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(madeAt.getTime() / 1000), LC_ALL: 'C' };
  const { status, stderr, error } = spawnSync('dpkg-deb', [...how, '--build', tree, file], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`dpkg-deb failed: ${error?.message ?? stderr}`);
}
