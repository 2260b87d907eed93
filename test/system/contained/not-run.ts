const LAPTOP = 'test/system/laptop.test.ts, as nothing is plugged into this machine';

/** Sources that need a machine of their own, by where they are run. */
export const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  'linux/udev': LAPTOP,
  'linux/block-events': LAPTOP,
  'linux/usb-events': 'test/system/laptop-orders.test.ts, as nothing is plugged into this machine',
  'linux/kernel-log': LAPTOP,
  'linux/kernel-log-end': LAPTOP,
  'linux/kernel-log-place': LAPTOP,
};

/** What no test runs for real, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'mdatp, of linux/mdatp': 'Microsoft’s own package, not Debian’s: only that it is missing is shown',
  'zfs, of linux/zfs':
    'a module for the kernel that is outside Debian’s main section: only that it is missing is shown',
  'dnf5, of linux/dnf-advisories': 'not in Debian 12: dnf 4 is run, after its refusal of dnf5’s arguments',
  'kreadconfig6, of linux/screen-lock': 'not in Debian 12: kreadconfig5 is run, without Plasma itself',
  'GNOME Shell, of linux/screen-lock': 'its settings are run, and not the shell that obeys them',
  'iptables-save, of linux/firewall': 'asked only where there is no nft, which Debian’s own iptables works by',
  'Wi-Fi, VPNs and mobile networks, of linux/network': 'neither a radio nor another end is there',
  'a ClamAV with signatures, of linux/clamav': 'they would be fetched from its makers, some 200 MB',
  'LVM, RAID and btrfs of several disks, of linux/block-devices':
    'no device mapper on this machine: only LUKS, in the laptop',
  'secure boot, of linux/secure-boot':
    'neither this machine nor the laptop is started by UEFI: only its absence is shown',
};
