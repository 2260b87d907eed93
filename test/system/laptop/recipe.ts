import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIRROR, SUITE } from '../fixtures/debian-root.ts';

/** The files that the guest has beside its packages: how it starts, unlocks its disk and reaches its network. */
export const GUEST_FILES = join(import.meta.dirname, 'guest');

const PACKAGES = [
  // A system as on a laptop: systemd with its journal and logind, udev, a bus.
  ['systemd-sysv', 'libpam-systemd', 'dbus', 'udev', 'kmod', 'iproute2', 'procps'],
  // It starts from its own kernel (not the cloud one, which knows no USB) and unlocks its disk by itself.
  ['linux-image-amd64', 'initramfs-tools', 'busybox', 'zstd', 'cryptsetup-bin'],
  ['e2fsprogs', 'dosfstools'],
  // What an order to cut the network off is carried out with, as on Debian's own laptops.
  ['nftables'],
  // What Node wants.
  ['libatomic1', 'libstdc++6'],
  // Commands from outside.
  ['qemu-guest-agent'],
].flat();

/** Drivers of hardware that a virtual laptop has not: half of the system, and of the time to make it. */
const DRIVERS = ['gpu', 'net/wireless', 'net/ethernet', 'media', 'infiniband', 'staging', 'iio', 'isdn', 'hwmon'];
const LEFT_OUT = [
  ...['doc', 'man', 'locale', 'info'].map((folder) => `/usr/share/${folder}/*`),
  ...DRIVERS.map((folder) => `/lib/modules/*/kernel/drivers/${folder}/*`),
  '/lib/modules/*/kernel/sound/*',
];

/** Services that would only use processor time in a guest that lives for a minute. */
const MASKED = [
  ['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer', 'fstrim.timer'],
  ['e2scrub_reap.service', 'getty@tty1.service', 'serial-getty@ttyS0.service', 'systemd-pcrphase.service'],
].flat();

/** Arguments of mmdebstrap for such a system in the folder `target`. */
export function debootstrapArguments(target: string): string[] {
  return [
    '--mode=root',
    '--variant=minbase',
    `--include=${PACKAGES.join(',')}`,
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Retries "3"',
    // Before the kernel comes, so that its initial file system is made once, and as it shall be.
    `--essential-hook=sync-in "${GUEST_FILES}" /`,
    '--essential-hook=chmod -R go-w "$1/etc"',
    // Its journal outlives a restart, as on every laptop that Debian has installed itself on.
    '--customize-hook=mkdir -p "$1/var/log/journal"',
    '--customize-hook=chroot "$1" systemctl enable systemd-networkd',
    `--customize-hook=chroot "$1" systemctl mask ${MASKED.join(' ')}`,
    '--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/machine-id" && : > "$1/etc/machine-id"',
    SUITE,
    target,
    MIRROR,
  ];
}

/** Names a system by all that it is made from. */
export function nameOfSystem(): string {
  const hash = createHash('sha256').update(JSON.stringify(debootstrapArguments('')));
  for (const name of globSync('**/*', { cwd: GUEST_FILES, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(name.parentPath, name.name);
    hash.update(path.slice(GUEST_FILES.length)).update(readFileSync(path));
  }
  return `laptop-${hash.digest('hex').slice(0, 16)}`;
}
