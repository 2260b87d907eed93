import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whySkipped } from '../../../scripts/debian-packages.ts';
import { CACHE, debianRoot, type DebianRoot } from '../fixtures/debian-root.ts';
import { whyNoMounts } from '../fixtures/disk.ts';
import { debootstrapArguments, nameOfSystem } from './recipe.ts';

const GIGABYTE = 1024 ** 3;
/** A system, and the disks of one laptop. */
const DISK_NEEDED = 5 * GIGABYTE;
/** One laptop with QEMU's own needs, the server, and the runner. */
const MEMORY_NEEDED = 2 * GIGABYTE;

/** A line of progress; the runner keeps what goes through the console until a test has ended. */
export const say = (text: string): void => void process.stdout.write(`laptop: ${text}\n`);

export type Laptops = DebianRoot;

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

/**
 * The folder of a Debian system for a virtual laptop: from the cache, or made now. `why` says what keeps it from being
 * had here; a recipe that fails is an error.
 */
export async function laptopSystem(): Promise<Laptops> {
  const why = whyNotHere();
  if (why !== undefined) return { why };
  return debianRoot({ kind: 'laptop', name: nameOfSystem(), argumentsFor: debootstrapArguments }, say);
}

/** For what belongs to one laptop. Short: the path of a socket has at most 107 characters. */
export const laptopFolder = (): string => mkdtempSync(join(tmpdir(), 'beadle-laptop-'));
