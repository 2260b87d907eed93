import { join } from 'node:path';
import { architecture, type DebPlan } from '../deb.ts';

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html; the libraries are those that the pinned Node is linked with. */
const control = (version: string, kibibytes: number): string => `Package: beadle-server
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

export const SERVER_DEB: DebPlan = {
  control,
  conffiles: ['/etc/beadle-server/beadle-server.yaml'],
  scripts: join(import.meta.dirname, 'files/debian'),
  // Debian's dpkg takes zstd since 12, Ubuntu's before.
  compression: { type: 'zstd', level: 6 },
};
