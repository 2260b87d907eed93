import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const RUN = `
import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'support/postgres-server.ts'))};
await (await startPostgres()).stop();
process.exitCode = 3;
`;

it('a run that has failed says so, also where it had a PostgreSQL', () => {
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', RUN], { stdio: 'ignore' });
  expect(status).toBe(3);
});
