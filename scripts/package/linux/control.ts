import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from './tree.ts';

/** Debian's name for the only processor that the package is made for. */
export const ARCHITECTURE = 'amd64';

/**
 * What the binaries are linked with, and where glibc's version comes from: better-sqlite3's addon asks for GLIBC_2.34, and so for
 * Debian 12 or Ubuntu 22.04 and later. Without nftables nothing is isolated, and without libnotify-bin no message is shown.
 */
const RELATIONS = [
  'Depends: init-system-helpers, libatomic1, libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 9), systemd (>= 249), udev, util-linux',
  'Recommends: ca-certificates, libnotify-bin, nftables',
];

interface About {
  readonly version: string;
  /** Of all files. */
  readonly bytes: number;
}

/** The package's control file (Debian Policy, 5.3). */
export const controlOf = ({ version, bytes }: About): string =>
  [
    'Package: beadle-agent',
    `Version: ${version}`,
    `Architecture: ${ARCHITECTURE}`,
    'Maintainer: Beadle <beadle@localhost>',
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    ...RELATIONS,
    'Section: admin',
    'Priority: optional',
    "Description: checks this council-owned device against the council's policy",
    ' The agent of Beadle. It reads how the device is set up, reports what breaks the',
    ' policy to the server of the council, and carries out what ICT orders. It is never',
    ' hidden: beadle-agent collected shows whoever uses the device all that was sent.',
    '',
  ].join('\n');

/** Files that an update leaves as the administrator has changed them. */
export const CONFFILES = `${SETTINGS}\n`;

/** For `dpkg --verify`; conffiles are known to dpkg by themselves. `paths` are relative to `folder`, and sorted. */
export const digestsOf = (folder: string, paths: readonly string[]): string =>
  paths
    .filter((path) => lstatSync(join(folder, path)).isFile() && `/${path}` !== SETTINGS)
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(folder, path)))
          .digest('hex')}  ${path}\n`,
    )
    .join('');
