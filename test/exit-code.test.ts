import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const start = JSON.stringify(join(import.meta.dirname, 'support/postgres-server.ts'));

it.each([
  ['ends by itself, having failed', 'process.exitCode = 3', 3],
  ['ends by itself', 'process.exitCode = 0', 0],
  ['is ended, having failed', 'process.exit(3)', 3],
  ['is ended', 'process.exit(0)', 0],
])('a run that %s says so, also where it had a PostgreSQL', (_, end, code) => {
  const run = `import { startPostgres } from ${start}; await (await startPostgres()).stop(); ${end};`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', run], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([code, '']);
});
