import type { Source } from '../source.ts';
import { kernelLogAfter, maskBlockDevices, maskMounts, maskUdev } from './masks.ts';

const COLUMNS = 'NAME,KNAME,PATH,PKNAME,TYPE,FSTYPE,UUID,MOUNTPOINTS,RM,HOTPLUG,TRAN,VENDOR,MODEL,SERIAL,SIZE';
const MEGABYTE = 1_048_576;

export const blockDevices: Source = {
  id: 'linux/block-devices',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/lsblk', '/bin/lsblk'],
    args: ['-J', '-b', '-o', COLUMNS],
    // util-linux before 2.37 knows one mount point a device only, and refuses the whole call.
    retry: { onStderr: /unknown column/, args: ['-J', '-b', '-o', COLUMNS.replace('MOUNTPOINTS', 'MOUNTPOINT')] },
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: MEGABYTE,
  why: 'Shows the disks and sticks of this laptop and whether they are encrypted. Not what is on them.',
  masked: maskBlockDevices,
};

export const mounts: Source = {
  id: 'linux/root-mount',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/findmnt', '/bin/findmnt'],
    args: ['-J', '-o', 'SOURCE,TARGET,FSTYPE,OPTIONS'],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 2 * MEGABYTE,
  why: 'Shows which disk the system and your files are kept on, so that the right one is checked for encryption.',
  masked: maskMounts,
};

export const udevDatabase: Source = {
  id: 'linux/udev',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/udevadm', '/bin/udevadm', '/sbin/udevadm'],
    args: ['info', '--export-db'],
  },
  privilege: 'none',
  timeLimitMs: 20_000,
  outputLimitBytes: 16 * MEGABYTE,
  why: 'Tells a memory card or stick from a built-in disk, and its serial number. Other devices listed are not kept.',
  masked: maskUdev,
};

export const zfs: Source = {
  id: 'linux/zfs',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/sbin/zfs', '/sbin/zfs', '/usr/bin/zfs'],
    args: ['get', '-H', '-o', 'name,value', '-t', 'filesystem', 'encryption'],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: MEGABYTE,
  why: 'Says which ZFS file systems are encrypted, as the list of disks cannot. Not what is on them.',
};

export const blockEvents: Source = {
  id: 'linux/block-events',
  platform: 'linux',
  reads: {
    kind: 'stream',
    files: ['/usr/bin/udevadm', '/bin/udevadm', '/sbin/udevadm'],
    args: ['monitor', '--udev', '--property', '--subsystem-match=block'],
  },
  privilege: 'none',
  timeLimitMs: 0,
  outputLimitBytes: 65_536,
  why: 'Says that a disk or stick has come or gone, so that you are told within seconds and not an hour later.',
};

export const usbEvents: Source = {
  id: 'linux/usb-events',
  platform: 'linux',
  reads: {
    kind: 'stream',
    files: ['/usr/bin/udevadm', '/bin/udevadm', '/sbin/udevadm'],
    // As the kernel says it: udev's own word comes when the stick may have been opened already.
    args: ['monitor', '--kernel', '--subsystem-match=usb', '--subsystem-match=mmc'],
  },
  privilege: 'none',
  timeLimitMs: 0,
  outputLimitBytes: 65_536,
  forOrders: true,
  why: 'Says that something was plugged in, while an order to block media holds. At other times it does not run.',
};

export const kernelLog: Source = {
  id: 'linux/kernel-log',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/journalctl', '/bin/journalctl'],
    // Not -k, which stops at the last start of the machine: a stick used before a restart would be missed.
    args: ['--no-pager', '-o', 'json', '--output-fields=MESSAGE', '--show-cursor', '_TRANSPORT=kernel'],
    parameter: { prefix: '--after-cursor=', pattern: /^[a-z0-9=;]{1,300}$/ },
    keepLines: /^-- cursor: |"MESSAGE"\s*:\s*"(usb \d|usb-storage |scsi (host)?\d|sd \d|mmc\d|mmcblk\d)/,
  },
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 8 * MEGABYTE,
  why: 'Shows sticks and memory cards that were plugged in while Beadle was not running. Other lines are thrown away unread.',
  loggedAfter: kernelLogAfter,
};

export const kernelLogEnd: Source = {
  id: 'linux/kernel-log-end',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/journalctl', '/bin/journalctl'],
    args: ['--no-pager', '-o', 'json', '--output-fields=MESSAGE', '--show-cursor', '-n', '1', '_TRANSPORT=kernel'],
    keepLines: /^-- cursor: /,
  },
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Marks the place in the log from which on Beadle looks: nothing from before it came is read.',
};

export const kernelLogPlace: Source = {
  id: 'linux/kernel-log-place',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/journalctl', '/bin/journalctl'],
    // The first entry at or behind a place, by its address in the log; `_TRANSPORT` stands for "no text".
    args: ['--no-pager', '-o', 'json', '--output-fields=_TRANSPORT', '-n', '1', '_TRANSPORT=kernel'],
    parameter: { prefix: '--cursor=', pattern: /^[a-z0-9=;]{1,300}$/ },
  },
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether the log still reaches back to where Beadle stopped, or whether something may be missing from it.',
};
