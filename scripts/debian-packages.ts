import { spawnSync } from 'node:child_process';

/** What the system tests need from Debian, and why. */
export const debianPackages = {
  'cups-daemon': 'the print server whose queues and jobs the agent reads',
  'cups-client': 'lpadmin and lpstat, to set queues up and look at them',
  'cups-filters': 'turns test pages into what a queue accepts',
  'cups-ipp-utils': 'ippeveprinter, a network printer that is not there',
  'cups-bsd': 'lpr and lpq, the other way people print',
  'printer-driver-cups-pdf': 'a local printer without paper',
  'dbus-daemon': 'the bus on which Linux announces media, sessions and sleep',
  udev: 'the device events of removable media',
  postgresql: 'the database as councils install it, with TLS, roles and pg_dump',
  haproxy: 'the proxy in front of several servers',
  pgbouncer: 'the pooler between them and the database',
  'samba-ad-dc': 'the council’s directory, as Active Directory speaks it',
  'samba-ad-provision': 'the schema that a new directory begins with',
  'ldb-tools': 'changes its records as its administrator would',
  'samba-dsdb-modules': 'the parts that it keeps its records with',
  'samba-vfs-modules': 'what its set-up asks for',
  winbind: 'what its set-up asks for, too',
  chromium: 'the browser in which the console is read',
  'qemu-system-x86': 'the virtual laptop that the agent is installed on',
  mmdebstrap: 'makes the system of that laptop from Debian’s packages',
  buildah: 'makes the server’s container image, and runs it',
  'debian-archive-keyring': 'the keys by which those packages are known to be Debian’s',
  e2fsprogs: 'the file system of its disks',
  'cryptsetup-bin': 'the header of its encrypted disk',
  busybox: 'its way to the server, one connection at a time',
  dosfstools: 'the file systems of its memory sticks',
  firewalld: 'the firewall of Fedora, as one of those that the agent looks at',
  ufw: 'the firewall of Ubuntu',
  iproute2: 'the networks of their own in which isolation is tried',
  nftables: 'the rules that a firewall sets, and the service that sets one’s own',
  'network-manager': 'the profiles by which the council’s networks are known',
  clamav: 'the scanner whose version the agent asks for; no signatures come with it',
  'clamav-daemon': 'its service, and the scanner of files as they are opened',
  'libglib2.0-bin': 'gsettings, which tells when GNOME locks the screen',
  'gsettings-desktop-schemas': 'the settings of GNOME’s screen lock',
  'dconf-gsettings-backend': 'keeps them for a person',
  'dconf-service': 'writes them',
  'dbus-user-session': 'a person’s own bus',
  'libpam-systemd': 'the session of a person at the screen',
  'libkf5config-bin': 'the settings of KDE’s screen lock',
  dnf: 'the updates of Fedora and Red Hat',
  rpm: 'a package for it to update',
  'createrepo-c': 'a repository for it to look into',
  wixl: 'makes the installer for Windows',
  msitools: 'completes that installer, and shows what is in it',
  'unattended-upgrades': 'what writes the note that a restart is needed',
} as const;

/** What `npm run bench -- failover` needs beside them, and no test: nothing installs these by itself. */
export const failoverPackages = {
  patroni: 'makes a standby the primary where that is gone',
  'etcd-server': 'where Patroni keeps who it is',
} as const;

/** What `npm run bench -- life` measures the agent beside. */
export const peerPackages = {
  'zabbix-agent2': 'an agent that stays resident',
  'fusioninventory-agent': 'an agent that makes an inventory and ends',
} as const;
export type PeerPackage = keyof typeof peerPackages;

export type DebianPackage = keyof typeof debianPackages;

const isDebianPackage = (name: string): name is DebianPackage => Object.hasOwn(debianPackages, name);
export const packageNames: readonly DebianPackage[] = Object.keys(debianPackages).filter(isDebianPackage);

/** Those of `wanted` that dpkg does not report as installed; all of them on a machine without dpkg. */
export function missingPackages<Name extends string>(wanted: readonly Name[]): Name[] {
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${db:Status-Abbrev} ${Package}\n', ...wanted]);
  const installed = new Set(query.stdout?.toString().match(/(?<=^ii +)\S+$/gm));
  return wanted.filter((name) => !installed.has(name));
}

/** Why tests that need root and these packages cannot run here, to skip them with; undefined where they can. */
export function whySkipped(...wanted: readonly (DebianPackage | keyof typeof failoverPackages)[]): string | undefined {
  const missing = missingPackages(wanted);
  if (missing.length > 0) return `needs the Debian packages ${missing.join(', ')}`;
  return process.getuid?.() === 0 ? undefined : 'needs root';
}
