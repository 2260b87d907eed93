import { createHash } from 'node:crypto';
import { type DebianRecipe, MIRROR, SUITE } from '../fixtures/debian-root.ts';

/** A council's server after Debian's installer, with what the install page has it add beside Beadle. */
const PACKAGES = ['systemd-sysv', 'adduser', 'libstdc++6', 'libatomic1', 'nginx', 'curl', 'ca-certificates', 'openssl'];

const LEFT_OUT = ['doc', 'man', 'locale', 'info'].map((folder) => `/usr/share/${folder}/*`);

const argumentsFor = (target: string): string[] => [
  '--mode=root',
  '--variant=minbase',
  `--include=${PACKAGES.join(',')}`,
  ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
  '--aptopt=Acquire::Languages "none"',
  '--aptopt=Acquire::Retries "3"',
  '--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/machine-id" && : > "$1/etc/machine-id"',
  SUITE,
  target,
  MIRROR,
];

export const serverRecipe: DebianRecipe = {
  kind: 'server',
  name: `server-${createHash('sha256')
    .update(JSON.stringify(argumentsFor('')))
    .digest('hex')
    .slice(0, 16)}`,
  argumentsFor,
};
