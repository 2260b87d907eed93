import type { Source } from '../source.ts';
import { maskHealth } from './masks.ts';

export const clamav: Source = {
  id: 'linux/clamav',
  platform: 'linux',
  reads: { kind: 'command', files: ['/usr/bin/clamscan', '/usr/local/bin/clamscan'], args: ['--version'] },
  privilege: 'none',
  timeLimitMs: 20_000,
  outputLimitBytes: 4_096,
  why: 'Says whether ClamAV is installed and how old its list of malware is. No file of yours is scanned by this.',
};

export const defender: Source = {
  id: 'linux/mdatp',
  platform: 'linux',
  reads: { kind: 'command', files: ['/usr/bin/mdatp'], args: ['health', '--output', 'json'] },
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says whether Microsoft Defender is watching and how old its list of malware is. Not what it has found.',
  masked: maskHealth,
};
