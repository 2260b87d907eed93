import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Seconds: SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), else the commit's. */
export function sourceDate(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' });
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds <= 0) throw new Error(`SOURCE_DATE_EPOCH is no time in seconds: ${text}`);
  return seconds;
}

/** Nothing of the machine that packs is left: neither its clock, nor its umask, nor who made the files. */
function level(target: string, seconds: number): void {
  // Not a pattern: those pass over names that begin with a dot.
  const all = readdirSync(target, { recursive: true, encoding: 'utf8' });
  for (const path of [...all, '.'].map((one) => join(target, one))) {
    const status = lstatSync(path);
    if (!status.isSymbolicLink()) chmodSync(path, status.isDirectory() || (status.mode & 0o100) !== 0 ? 0o755 : 0o644);
    lutimesSync(path, seconds, seconds);
  }
}

/** Packs `target` into the file `deb`: the same bytes wherever and whenever. */
export function pack(target: string, deb: string, seconds: number): void {
  level(target, seconds);
  // One thread: how blocks are cut depends on how many there are. Debian's dpkg takes zstd since 12, Ubuntu's before.
  const how = ['--root-owner-group', '--threads-max=1', '-Zzstd', '-z6', '--build'];
  execFileSync('dpkg-deb', [...how, target, deb], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
