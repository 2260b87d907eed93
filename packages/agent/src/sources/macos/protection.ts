import { maskHealth } from '../linux/masks.ts';
import type { Source } from '../source.ts';

export const firewall: Source = {
  id: 'macos/firewall',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/libexec/ApplicationFirewall/socketfilterfw'],
    // The file com.apple.alf.plist, which older advice reads, is gone from macOS 15 on.
    args: ['--getglobalstate'],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says whether the firewall is on.',
};

export const defender: Source = {
  id: 'macos/mdatp',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/local/bin/mdatp'],
    args: ['health', '--output', 'json'],
  },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Says whether Microsoft Defender, where it is installed, is on and up to date.',
  masked: maskHealth,
};

export const bootPolicy: Source = {
  id: 'macos/boot-policy',
  platform: 'darwin',
  reads: {
    kind: 'command',
    files: ['/usr/libexec/mdmclient'],
    // system_profiler tells the same in the language of whoever is signed in.
    args: ['QuerySecurityInfo'],
    keepLines: /^\s*"?SecureBootLevel"?\s*=/,
  },
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether this Mac starts only systems that Apple has signed. Everything else that is printed is thrown away.',
};
