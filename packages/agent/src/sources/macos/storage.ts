import type { Source } from '../source.ts';
import { maskApfs, maskDevices, maskDisks } from './masks.ts';
import { mediaOnly } from './usb-media.ts';
import { loggedFrom } from './usb-log.ts';

const MEGABYTE = 1_048_576;

export const filevault: Source = {
  id: 'macos/filevault',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/bin/fdesetup'], args: ['status'] },
  privilege: 'none',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says whether this Mac is encrypted by FileVault.',
  // It names the person for whom encryption has been put off.
  masked: (output) => output.replaceAll(/(for user ').*?('\.?)$/gm, '$1user1$2'),
};

export const apfs: Source = {
  id: 'macos/apfs',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/sbin/diskutil'], args: ['apfs', 'list', '-plist'] },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: MEGABYTE,
  why: 'Lists the volumes of this Mac and of its disks, and whether each is encrypted. Not what is on them.',
  masked: maskApfs,
};

export const externalDisks: Source = {
  id: 'macos/external-disks',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/sbin/diskutil'], args: ['list', '-plist', 'external', 'physical'] },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: MEGABYTE,
  why: 'Lists sticks and disks that are plugged in. Not what is on them.',
  masked: maskDisks,
};

export const usb: Source = {
  id: 'macos/usb',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/sbin/system_profiler'],
    // The first is empty from macOS 26 on, the second is not known before it: each answers where it can.
    args: ['-json', 'SPUSBDataType', 'SPUSBHostDataType'],
  },
  privilege: 'none',
  timeLimitMs: 60_000,
  outputLimitBytes: 4 * MEGABYTE,
  why: 'Tells the serial number of a stick, by which the council knows its own.',
  masked: maskDevices,
};

export const cardReader: Source = {
  id: 'macos/card-reader',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/sbin/system_profiler'], args: ['-json', 'SPCardReaderDataType'] },
  privilege: 'none',
  timeLimitMs: 60_000,
  outputLimitBytes: MEGABYTE,
  why: 'Says whether a memory card is in the built-in reader, which counts as a built-in disk elsewhere.',
  masked: maskDevices,
};

export const usbMedia: Source = {
  id: 'macos/usb-media',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/sbin/ioreg'], args: ['-r', '-c', 'IOUSBHostDevice', '-l', '-a'] },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 16 * MEGABYTE,
  why: 'Says which disk belongs to which stick, as the list of USB devices no longer does. Other devices are not kept.',
  masked: mediaOnly,
};

export const usbLog: Source = {
  id: 'macos/usb-log',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/bin/log'],
    args: [
      'show',
      '--style',
      'ndjson',
      '--info',
      '--predicate',
      'process == "kernel" AND eventMessage BEGINSWITH "USBMSC Identifier"',
    ],
    parameter: { prefix: '--start=', pattern: /^@\d{1,12}$/ },
    keepLines: /"USBMSC Identifier /,
  },
  privilege: 'root',
  timeLimitMs: 120_000,
  outputLimitBytes: 4 * MEGABYTE,
  why: 'Shows sticks that were plugged in while Beadle was not running. Nothing else is looked for in the log.',
  loggedAfter: loggedFrom,
};
