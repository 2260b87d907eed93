import type { Source } from '../source.ts';

/** The services whose state says something about a check, by what the distributions call them. */
export const UNITS = [
  'clamav-daemon.service',
  'clamd@scan.service',
  'clamd.service',
  'clamav-clamonacc.service',
  'clamonacc.service',
] as const;

export const services: Source = {
  id: 'linux/services',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/systemctl', '/bin/systemctl'],
    args: ['show', '--property=Id,LoadState,ActiveState', ...UNITS],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says whether ClamAV scans files as they are opened. No other service is asked about.',
};
