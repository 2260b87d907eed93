import type { Source } from '../source.ts';
import { maskAccounts } from './masks.ts';

export const administrators: Source = {
  id: 'linux/administrators',
  platform: 'linux',
  reads: {
    kind: 'command',
    files: ['/usr/bin/getent', '/bin/getent'],
    args: ['group', 'sudo', 'wheel', 'admin'],
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says which accounts may change the whole laptop. Nobody is told of but those who should not be able to.',
};

export const localAccounts: Source = {
  id: 'linux/accounts',
  platform: 'linux',
  reads: { kind: 'file', path: '/etc/passwd' },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 1_048_576,
  why: 'Says whether an account has been made on the laptop itself. There are no passwords in it.',
  masked: maskAccounts,
};
