import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { whySkipped } from '../../../scripts/debian-packages.ts';
import { whyNoMounts } from '../fixtures/disk.ts';
import { debootstrapArguments, MIRROR, nameOfSystem, SUITE } from './recipe.ts';

/** Kept between runs: to make a system takes some minutes. */
const CACHE = process.env['BEADLE_TEST_CACHE'] ?? '/var/cache/beadle-tests';
/** A run of another checkout, whose recipe may be another one, has long copied its system by then. */
const LEFT_ALONE_MS = 3_600_000;
const GIGABYTE = 1024 ** 3;
/** A system, and the disks of one laptop. */
const DISK_NEEDED = 5 * GIGABYTE;
/** One laptop with QEMU's own needs, the server, and the runner. */
const MEMORY_NEEDED = 2 * GIGABYTE;

/** A line of progress; the runner keeps what goes through the console until a test has ended. */
export const say = (text: string): void => void process.stdout.write(`laptop: ${text}\n`);

export type Laptops = { readonly system: string } | { readonly why: string };

/** Takes away systems made by recipes other than the present one, and what was left half made. */
function tidyCache(present: string): void {
  for (const path of globSync(join(CACHE, 'laptop-*')).filter((one) => one !== present)) {
    if (Date.now() - statSync(path).mtimeMs > LEFT_ALONE_MS) rmSync(path, { recursive: true, force: true });
  }
}

function whyNotHere(): string | undefined {
  const tools = ['qemu-system-x86', 'mmdebstrap', 'debian-archive-keyring', 'cryptsetup-bin', 'busybox'] as const;
  // Debian's packages look at /proc and /dev when they are installed.
  const why = whySkipped(...tools, 'e2fsprogs', 'dosfstools') ?? whyNoMounts();
  if (why !== undefined) return why;
  if (process.arch !== 'x64') return 'needs a processor of the laptops’ kind, x86-64, as Node runs in the guest';
  if (process.availableMemory() < MEMORY_NEEDED) return `needs ${MEMORY_NEEDED / GIGABYTE} GB of free memory`;
  mkdirSync(CACHE, { recursive: true });
  const folder = [CACHE, tmpdir()].find((path) => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < DISK_NEEDED;
  });
  return folder === undefined ? undefined : `needs ${DISK_NEEDED / GIGABYTE} GB of free space in ${folder}`;
}

const isReachable = (): Promise<boolean> =>
  fetch(`${MIRROR}/dists/${SUITE}/InRelease`, { method: 'HEAD', signal: AbortSignal.timeout(20_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

async function build(folder: string): Promise<void> {
  const part = mkdtempSync(join(CACHE, 'laptop-part-'));
  try {
    const log = createWriteStream(join(part, 'log'));
    const making = spawn('nice', ['mmdebstrap', ...debootstrapArguments(join(part, 'root'))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    making.stdout.pipe(log, { end: false });
    making.stderr.pipe(log, { end: false });
    making.stderr.on('data', (text: Buffer) => {
      for (const [, step] of text.toString().matchAll(/^I: (.+)$/gm)) say(`  ${step}`);
    });
    const [code] = (await once(making, 'close')) as [number | null];
    await finished(log.end());
    if (code !== 0) {
      const { stdout } = spawnSync('tail', ['-n', '20', join(part, 'log')], { encoding: 'utf8' });
      throw new Error(`mmdebstrap ended with ${code}:\n${stdout}`);
    }
    takeOver(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** A whole system gets its name in one step. Where another run was quicker, its one serves as well. */
function takeOver(part: string, folder: string): void {
  try {
    renameSync(part, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'root'))) throw error;
  }
}

/**
 * The folder of a Debian system for a virtual laptop: from the cache, or made now. `why` says what keeps it from being
 * had here; a recipe that fails is an error.
 */
export async function laptopSystem(): Promise<Laptops> {
  const why = whyNotHere();
  if (why !== undefined) return { why };
  const folder = join(CACHE, nameOfSystem());
  tidyCache(folder);
  if (!existsSync(folder)) {
    if (!(await isReachable())) return { why: `needs ${MIRROR}, which cannot be reached, to make its system from` };
    say(`making a Debian system in ${folder}, once`);
    const from = performance.now();
    await build(folder);
    say(`made in ${Math.round((performance.now() - from) / 1000)} s`);
  }
  utimesSync(folder, new Date(), new Date());
  return { system: join(folder, 'root') };
}

/** For what belongs to one laptop. Short: the path of a socket has at most 107 characters. */
export const laptopFolder = (): string => mkdtempSync(join(tmpdir(), 'beadle-laptop-'));
