import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encryptImage } from './luks.ts';

const ROOT_BYTES = 1280 * 1024 * 1024;

export interface RootDisk {
  readonly image: string;
  /** What the kernel is told of its root. */
  readonly kernel: string;
}

export function makeExt4(image: string, bytes: number, from?: string): void {
  writeFileSync(image, '');
  truncateSync(image, bytes);
  execFileSync('mke2fs', [
    '-q',
    '-t',
    'ext4',
    '-E',
    'root_owner=0:0',
    ...(from === undefined ? [] : ['-d', from]),
    image,
  ]);
}

interface Wanted {
  /** A system's root folder. */
  readonly system: string;
  readonly root: 'plain' | 'luks';
  /** Files to add by their path in the guest: folders to copy, or text. */
  readonly folders: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The disk that a laptop starts from, in `folder`, which lies on the file system of the cached one or on another. */
export function makeRootDisk(folder: string, { system, root, folders, files }: Wanted): RootDisk {
  const tree = join(folder, 'tree');
  execFileSync('cp', ['-a', system, tree]);
  for (const [path, source] of Object.entries(folders))
    cpSync(source, join(tree, path), { recursive: true, verbatimSymlinks: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const plain = join(folder, 'root.img');
  makeExt4(plain, ROOT_BYTES, tree);
  rmSync(tree, { recursive: true });
  if (root === 'plain') return { image: plain, kernel: 'root=/dev/vda' };
  const image = join(folder, 'root.luks');
  const passphrase = 'beadle0000'.replaceAll(/[^0-9a-f]/g, '');
  encryptImage(plain, image, passphrase);
  rmSync(plain);
  return { image, kernel: `root=/dev/mapper/root beadle.key=${passphrase}` };
}
