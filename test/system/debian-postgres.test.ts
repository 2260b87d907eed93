import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { onServer } from '../support/postgres-server.ts';
import { freePort, spawnNode } from '../support/processes.ts';

const why = whySkipped('postgresql');

let folder: string;
let url: string;

/** One of the programs of Debian's package, as the user that it made. */
function run(program: string, ...args: string[]): void {
  const [found = program] = globSync(`/usr/lib/postgresql/*/bin/${program}`).toSorted().toReversed();
  execFileSync('runuser', ['-u', 'postgres', '--', found, '-D', join(folder, 'data'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-debian-postgres-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'data'));
  const { uid, gid } = statSync('/var/lib/postgresql');
  chownSync(join(folder, 'data'), uid, gid);
  run('initdb', '-U', 'beadle', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync');
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  run('pg_ctl', '-w', '-l', join(folder, 'data/log'), '-o', settings, 'start');
  url = `postgres://beadle@127.0.0.1:${port}/`;
});

afterEach(() => {
  run('pg_ctl', '-w', '-m', 'fast', 'stop');
  rmSync(folder, { recursive: true });
});

describe.skipIf(why !== undefined)(`Debian's own PostgreSQL${why === undefined ? '' : ` (${why})`}`, () => {
  it('serves the main job as the newest one does', async () => {
    const [version] = await onServer(url, 'show server_version');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project=together-postgres'];
    const suite = spawnNode([...vitest, 'test/main-job.test.ts', 'test/recovery.test.ts'], {
      BEADLE_TEST_POSTGRES: url,
    });
    const code = await suite.ended;
    const { stdout, stderr } = suite.output();
    expect({ code, stderr, failed: stdout.match(/FAIL .*/g) }).toEqual({ code: 0, stderr: '', failed: null });
    console.log(`PostgreSQL ${String(version?.['server_version'])}: ${/Tests .*/.exec(stdout)?.[0]}`);
  });
});
