import { join } from 'node:path';
import { architecture, type DebPlan } from '../deb.ts';
import { SETTINGS } from './tree.ts';

/**
 * What the binaries are linked with, and where glibc's version comes from: better-sqlite3's addon asks for GLIBC_2.34, and so for
 * Debian 12 or Ubuntu 22.04 and later. Without nftables nothing is isolated, and without libnotify-bin no message is shown.
 */
const RELATIONS = [
  'Depends: init-system-helpers, libatomic1, libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 9), systemd (>= 249), udev, util-linux',
  'Recommends: ca-certificates, libnotify-bin, nftables',
];

const control = (version: string, kibibytes: number): string =>
  [
    'Package: beadle-agent',
    `Version: ${version}`,
    `Architecture: ${architecture()}`,
    'Maintainer: The Beadle contributors <beadle@localhost>',
    `Installed-Size: ${kibibytes}`,
    ...RELATIONS,
    'Section: admin',
    'Priority: optional',
    "Description: checks this council-owned device against the council's policy",
    ' The agent of Beadle. It reads how the device is set up, reports what breaks the',
    ' policy to the server of the council, and carries out what ICT orders. It is never',
    ' hidden: beadle-agent collected shows whoever uses the device all that was sent.',
    '',
  ].join('\n');

export const AGENT_DEB: DebPlan = {
  control,
  conffiles: [SETTINGS],
  scripts: join(import.meta.dirname, 'files'),
  closed: /^etc\/beadle-agent(\/|$)/,
  // Which every dpkg reads, from Debian 11 on (docs/decisions/0045-the-agents-package.md).
  compression: { type: 'gzip', level: 6 },
};
