import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

function ofLastCommit(): string {
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

/**
 * When what is packed was made, so that the same sources give the same bytes: SOURCE_DATE_EPOCH in seconds since 1970
 * (https://reproducible-builds.org/specs/source-date-epoch/), otherwise the last commit. Throws where neither is told.
 */
export function sourceDate(given: string | undefined = process.env['SOURCE_DATE_EPOCH']): Date {
  const seconds = given ?? ofLastCommit();
  if (!/^\d{1,12}$/.test(seconds))
    throw new Error('Set SOURCE_DATE_EPOCH to a number of seconds since 1970, or build in a clone with its history.');
  return new Date(Number(seconds) * 1000);
}
