import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/** The parameter of sources that read an event log: the record id after which it is read, as data and never code. */
export const RECORD_ID = /\d{1,19}/;

/** The logs of `windows/event-logs`. */
export const DISK_LOG = 'Microsoft-Windows-Partition/Diagnostic';
export const PRINT_LOG = 'Microsoft-Windows-PrintService/Operational';

/**
 * JSON array, a row for each of the two logs that are read: `{Log, Enabled, Oldest, Newest}`. `Log` is `DISK_LOG` or
 * `PRINT_LOG`. `Enabled` is a boolean, null where it was not told or the log does not exist. `Oldest` and `Newest` are
 * record ids (numbers) of any event in it; both 0 where the log is empty, both null where it could not be asked.
 * A `Newest` below a bookmark is a log that has begun again, as after a feature update.
 */
export const eventLogs: Source = windowsSource({
  name: 'event-logs',
  what: 'whether the logs of disks and of printing are kept, and their first and last record ids',
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says up to where Windows’ logs have been read, so that nothing from before the agent is.',
  masked: only([fields('Log Enabled Oldest Newest')]),
});
