import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const SCRIPTS = ['postinst', 'prerm', 'postrm'];
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** As `-Z` and `-z` of dpkg-deb. */
export interface Compression {
  readonly type: 'gzip' | 'none' | 'xz' | 'zstd';
  readonly level?: number;
}

/** What one package is and another is not. */
export interface DebPlan {
  /** The control file (Debian Policy, 5.3), whose Installed-Size is in KiB. */
  readonly control: (version: string, kibibytes: number) => string;
  /** Files that an update leaves as the administrator has changed them, such as `/etc/beadle-agent/beadle-agent.conf`. */
  readonly conffiles: readonly string[];
  /** The folder of postinst, prerm and postrm. */
  readonly scripts: string;
  /** Folders that nobody but root may look into, and files that nobody but root may read, by their paths in the tree. */
  readonly closed?: RegExp;
  readonly compression: Compression;
}

export interface DebOptions {
  /** Everything that the package installs, which gets a folder `DEBIAN`, and modes and times that are the same wherever it was made. */
  readonly tree: string;
  /** The file to write. */
  readonly file: string;
  readonly version: string;
  readonly madeAt: Date;
}

/** Debian's name of this machine's kind. */
export function architecture(): string {
  const found = ARCHITECTURES[process.arch];
  if (process.platform === 'linux' && found !== undefined) return found;
  throw new Error(`The package is made on Linux on x64 or arm64, not on ${process.platform} on ${process.arch}.`);
}

/** Relative to `folder`, sorted by their code units: an order of a language would be one of the machine. */
const pathsIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

const md5 = (path: string): string => createHash('md5').update(readFileSync(path)).digest('hex');

function writeControl(plan: DebPlan, { tree, version }: DebOptions): void {
  const debian = join(tree, 'DEBIAN');
  rmSync(debian, { recursive: true, force: true });
  const files = pathsIn(tree).filter((path) => lstatSync(join(tree, path)).isFile());
  // As dpkg-gencontrol counts: each file in whole KiB.
  const size = files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(tree, path)).size / 1024), 0);
  // For `dpkg --verify`; conffiles are known to dpkg by themselves.
  const summed = files.filter((path) => !plan.conffiles.includes(`/${path}`));
  mkdirSync(debian);
  writeFileSync(join(debian, 'control'), plan.control(version, size));
  writeFileSync(join(debian, 'conffiles'), plan.conffiles.map((path) => `${path}\n`).join(''));
  writeFileSync(join(debian, 'md5sums'), summed.map((path) => `${md5(join(tree, path))}  ${path}\n`).join(''));
  for (const name of SCRIPTS) {
    cpSync(join(plan.scripts, name), join(debian, name));
    chmodSync(join(debian, name), 0o755);
  }
}

/** Nothing of the machine that packs is left: neither its clock, nor its umask, nor who made the files. */
function level(tree: string, madeAt: Date, closed: RegExp | undefined): void {
  for (const path of [...pathsIn(tree).toReversed(), '.']) {
    const whole = join(tree, path);
    const status = lstatSync(whole);
    const open = status.isDirectory() || (status.mode & 0o100) !== 0 ? 0o755 : 0o644;
    if (!status.isSymbolicLink()) chmodSync(whole, closed?.test(path) === true ? open & 0o700 : open);
    lutimesSync(whole, madeAt, madeAt);
  }
}

/** Makes a Debian package of a tree, by dpkg-deb alone: the same bytes from the same tree and moment. */
export function makeDeb(plan: DebPlan, options: DebOptions): void {
  const { tree, file, madeAt } = options;
  writeControl(plan, options);
  level(tree, madeAt, plan.closed);
  const { type, level: effort } = plan.compression;
  // One thread: how blocks are cut depends on how many there are.
  const how = [`-Z${type}`, ...(effort === undefined ? [] : [`-z${effort}`]), '--threads-max=1', '--root-owner-group'];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(madeAt.getTime() / 1000), LC_ALL: 'C' };
  const { status, stderr, error } = spawnSync('dpkg-deb', [...how, '--build', tree, file], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`dpkg-deb failed: ${error?.message ?? stderr}`);
}
