import { finishedJobs } from '../linux/finished-jobs.ts';
import { jobsAfter, maskPrinters } from '../linux/masks.ts';
import type { Source } from '../source.ts';

/** Where launchd listens for CUPS and starts it when it is asked. */
const SOCKET = '/private/var/run/cupsd';

export const printers: Source = {
  id: 'macos/printers',
  platform: 'darwin',
  reads: { kind: 'command', files: ['/usr/bin/lpstat'], args: ['-v'] },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists the printers that are set up, and whether each is the council’s, at home, or a file.',
  masked: maskPrinters,
};

export const printJobs: Source = {
  id: 'macos/print-jobs',
  platform: 'darwin',
  reads: {
    kind: 'probe',
    what: 'the finished jobs that the print service remembers: number, state, printer, time and sheets',
    run: (files, signal) => finishedJobs(files, signal, SOCKET),
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 4_194_304,
  why: 'Shows that something was printed, where and how many sheets. The name of the document is never asked for.',
  loggedAfter: jobsAfter,
};
