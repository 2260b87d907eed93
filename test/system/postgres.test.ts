import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, breachesOf } from '../support/arrived.ts';
import { makeCertificates } from '../support/certificates.ts';
import { createWorld } from '../support/clock.ts';
import { type Council, createCouncil } from '../support/council.ts';
import { deploymentSql } from '../support/deployment-sql.ts';
import { createLaptop, type Laptop, transportTo } from '../support/laptop.ts';
import { putPolicy } from '../support/policy.ts';
import { ROOT, spawnNode } from '../support/processes.ts';
import { type DebianPostgres, startDebianPostgres, whyNoDebianPostgres } from './fixtures/postgres.ts';

const reason = whyNoDebianPostgres();
const missing = reason === undefined ? '' : ` (skipped: ${reason})`;

/** The command of docs/operating.md that begins with `program`, with other words for the documented address. */
function documented(program: string, address: string, folder: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  const [, line = ''] = new RegExp(`^\\$ (${program} .*)$`, 'm').exec(text) ?? [];
  const words = line.replaceAll('"', '').split(' ').slice(1);
  return words.map((word) => word.replace(/postgres:.*$/, address).replace('beadle.dump', join(folder, 'beadle.dump')));
}

describe.skipIf(missing !== '')(`PostgreSQL of Debian, as the documents set it up${missing}`, () => {
  const world = createWorld();
  const { asAdministrator, atFirst, afterTables } = deploymentSql();
  let folder: string;
  let server: DebianPostgres;
  let council: Council;
  let laptop: Laptop;

  const address = (user: string, database: string, authority = server.authority) =>
    `postgres://${user}@127.0.0.1:${server.port}/${database}?sslmode=verify-full&sslrootcert=${authority}`;
  const passwords: Readonly<Record<string, string>> = { beadle: 'the-servers', beadle_owner: 'the-owners' };

  async function asRole(user: string, database: string, statements: readonly string[]): Promise<void> {
    const connectionString = address(`${user}:${passwords[user] ?? ''}`, database);
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async function command(user: string, location: string, ...words: string[]) {
    const environment = { BEADLE_SERVER_DATABASE: location, PGPASSWORD: passwords[user] ?? '' };
    const { ended, output } = spawnNode(['packages/server/src/main.ts', ...words], environment);
    return { exitCode: await ended, ...output() };
  }

  const open = (database: string, seed: string) => {
    const location = address(`beadle:${passwords['beadle'] ?? ''}`, database);
    const notKept = () => Promise.reject(new Error('not of this test'));
    return createCouncil(world, {
      database: { location, copy: notKept, restore: notKept, drop: () => Promise.resolve() },
      environment: { BEADLE_SERVER_KEYS_FOLDER: join(folder, 'keys') },
      seed,
    });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-postgres-system-'));
    server = await startDebianPostgres();
    for (const statement of asAdministrator) server.administer(statement);
    await asRole('beadle_owner', 'beadle', atFirst);
    const { exitCode, stderr } = await command('beadle_owner', address('beadle_owner', 'beadle'), 'migrate');
    if (exitCode !== 0) throw new Error(stderr);
    await asRole('beadle_owner', 'beadle', afterTables);
    council = await open('beadle', 'before');
    await putPolicy(council);
    laptop = await createLaptop({
      council,
      world,
      assetTag: 'DBC-1',
      transport: {
        send: (...request) => transportTo(council).send(...request),
        close: () => Promise.resolve(),
      },
    });
  });

  afterAll(async () => {
    laptop.close();
    await council.close();
    server.stop();
    rmSync(folder, { recursive: true });
  });

  const breach = async () => {
    const done = await council.ask<{ ref: string }>('POST', '/api/v1/breaches', {
      title: 'A laptop is lost',
      description: 'It was left on a train.',
    });
    return done.body.ref;
  };

  it('is dumped while the server works, and put back: no reference is given twice', async () => {
    await laptop.keep(1, 2);
    await laptop.checkIn();
    expect(await breach()).toBe('BR-2026-000001');
    const env = { ...process.env, PGPASSWORD: passwords['beadle_owner'] };
    execFileSync('pg_dump', documented('pg_dump', address('beadle_owner', 'beadle'), folder), { env, stdio: 'pipe' });
    await laptop.keep(3);
    await laptop.checkIn();
    expect(await breach()).toBe('BR-2026-000002');
    await council.close();

    for (const statement of asAdministrator.filter((text) => !text.startsWith('create role')))
      server.administer(statement.replace('database beadle', 'database beadle2'));
    await asRole('beadle_owner', 'beadle2', atFirst);
    execFileSync('pg_restore', documented('pg_restore', address('beadle_owner', 'beadle2'), folder), {
      env,
      stdio: 'pipe',
    });
    const skipped = await command('beadle', address('beadle', 'beadle2'), 'references', 'skip');
    expect(skipped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('next come BR-2026-001002') });

    council = await open('beadle2', 'after');
    await laptop.checkIn();
    expect(await arrived(council, 'DBC-1')).toMatchObject({ numbers: [1, 2, 3], chainIntact: true });
    const opened = await breachesOf(council, 'DBC-1');
    expect([...opened.map(({ ref }) => ref), await breach()]).not.toContain('BR-2026-000002');
    expect(await command('beadle', address('beadle', 'beadle2'), 'audit', 'verify')).toMatchObject({ exitCode: 0 });
    await expect(asRole('beadle', 'beadle2', ['delete from findings'])).rejects.toMatchObject({ code: '42501' });
  });

  it('is refused where its certificate is from nobody who is known', async () => {
    const stranger = makeCertificates(folder, 'stranger').authority;
    const refused = await command('beadle', address('beadle', 'beadle', stranger), 'audit', 'verify');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/The certificate of .*sslrootcert/) });
  });

  it('lets nobody in without TLS', async () => {
    const plain = `postgres://beadle@127.0.0.1:${server.port}/beadle`;
    expect(await command('beadle', plain, 'audit', 'verify')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('pg_hba.conf'),
    });
  });
});
