import type { Source } from '../source.ts';
import { finishedJobs } from './finished-jobs.ts';
import { jobsAfter, maskPageLog, maskPrinters, pageLogAfter } from './masks.ts';

export const printers: Source = {
  id: 'linux/printers',
  platform: 'linux',
  reads: { kind: 'command', files: ['/usr/bin/lpstat'], args: ['-v'], passes: ['CUPS_SERVER'] },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists the printers that are set up, and whether each is the council’s, at home, or a file.',
  masked: maskPrinters,
};

export const printJobs: Source = {
  id: 'linux/print-jobs',
  platform: 'linux',
  reads: {
    kind: 'probe',
    what: 'the finished jobs that the print service remembers: number, state, printer, time and sheets',
    run: (files, signal, environment) => finishedJobs(files, signal, environment.CUPS_SERVER),
  },
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 4_194_304,
  why: 'Shows that something was printed, where and how many sheets. The name of the document is never asked for.',
  loggedAfter: jobsAfter,
};

export const pageLog: Source = {
  id: 'linux/page-log',
  platform: 'linux',
  reads: { kind: 'file', path: '/var/log/cups/page_log' },
  privilege: 'root',
  timeLimitMs: 5_000,
  outputLimitBytes: 4_194_304,
  why: 'Used only where the print service does not answer. Names of documents and people in it are skipped.',
  masked: maskPageLog,
  loggedAfter: pageLogAfter,
};

export const olderPageLog: Source = {
  id: 'linux/page-log-older',
  platform: 'linux',
  reads: { kind: 'file', path: '/var/log/cups/page_log.1' },
  privilege: 'root',
  timeLimitMs: 5_000,
  outputLimitBytes: 4_194_304,
  why: 'The same log of the day before, read where the log has been started anew since the last look.',
  masked: maskPageLog,
  loggedAfter: pageLogAfter,
};
