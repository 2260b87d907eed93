import { createHash } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPTS = join(import.meta.dirname, 'files/debian');
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Debian's name of this machine's kind. */
export function architecture(): string {
  const found = ARCHITECTURES[process.arch];
  if (process.platform === 'linux' && found !== undefined) return found;
  throw new Error(`The package is made on Linux on x64 or arm64, not on ${process.platform} on ${process.arch}.`);
}

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html; the libraries are those that the pinned Node is linked with. */
const controlText = (version: string, kibibytes: number): string => `Package: beadle-server
Version: ${version}
Architecture: ${architecture()}
Maintainer: The Beadle contributors <beadle@localhost>
Installed-Size: ${kibibytes}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6, libatomic1, adduser
Recommends: ca-certificates
Suggests: nginx, postgresql-client
Section: admin
Priority: optional
Description: server of Beadle, which carries out a council's remote-working policy
 Takes in what agents on council-owned devices find, raises breach reports for
 the Information Security Team Leader, and withdraws access. With the Node that
 it runs under; the database is SQLite's, or a PostgreSQL of the council's.
`;

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
export const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Beadle
Comment: Each package below /usr/lib/beadle-server/node_modules has its own
 licence in its folder. /usr/lib/beadle-server/node is Node.js as published by
 the OpenJS Foundation: https://github.com/nodejs/node/blob/main/LICENSE

Files: *
Copyright: The Beadle contributors
License: Apache-2.0
 /usr/share/common-licenses/Apache-2.0
`;

/** Writes DEBIAN/ for what lies in `target`: its fields, scripts, settings file and sums. */
export function writeControl(target: string, version: string): void {
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(target, path)).isFile())
    .toSorted();
  // As dpkg-gencontrol counts: each file in whole KiB, and one for anything else.
  const size = files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(target, path)).size / 1024), 0);
  const sums = files
    .filter((path) => !path.startsWith('etc/'))
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(target, path)))
          .digest('hex')}  ${path}\n`,
    );
  const debian = join(target, 'DEBIAN');
  mkdirSync(debian);
  cpSync(SCRIPTS, debian, { recursive: true });
  for (const script of readdirSync(debian)) chmodSync(join(debian, script), 0o755);
  writeFileSync(join(debian, 'control'), controlText(version, size));
  writeFileSync(join(debian, 'conffiles'), '/etc/beadle-server/beadle-server.yaml\n');
  writeFileSync(join(debian, 'md5sums'), sums.join(''));
}
