import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerCommand, withDatabase } from '../support/command.ts';
import type { Db } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { ensureOrganisation } from '../../src/organisation/store.ts';
import { putQuietPolicy, quietPolicy, seedQuietFleet } from '../support/quiet.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], isTerminal = false) =>
  runServerCommand(args, {
    workingFolder: folder,
    environment: { BEADLE_SERVER_DATABASE: join(folder, 'server') },
    isTerminal,
  });

const onDatabase = <T>(work: (db: Db) => Promise<T>) =>
  withDatabase(join(folder, 'server'), async (db) => {
    await migrate(db);
    await ensureOrganisation(db, { name: 'Northmere', at: Date.now() });
    return work(db);
  });
const file = (text: string) => writeFileSync(join(folder, 'policy.yaml'), text);
const fleet = () =>
  onDatabase(async (db) => {
    await putQuietPolicy(db, Date.now());
    await seedQuietFleet(db, Date.now(), 20);
  });

describe('policy preview', () => {
  it('ends with 0 where nothing would change, and with 1 and the figures where something would', async () => {
    await fleet();
    file(quietPolicy());
    expect(await run(['policy', 'preview', 'policy.yaml'])).toMatchObject({ exitCode: 0, err: '' });
    file(quietPolicy({ version: '2', mode: 'report' }));
    const found = await run(['policy', 'preview', 'policy.yaml'], true);
    expect([found.exitCode, found.err]).toEqual([1, expect.stringContaining('20 of 20 devices')]);
    expect(found.out).toContain('observe > report');
    expect(found.out).toContain('devices for ICT: at once 3 critical');
    const breaches = await onDatabase((db) => db.selectFrom('breaches').selectAll().execute());
    expect(breaches).toEqual([]);
  });

  it('gives JSON, the same as the API does', async () => {
    await fleet();
    file(quietPolicy({ version: '2', mode: 'report' }));
    const { out } = await run(['policy', 'preview', 'policy.yaml', '--json']);
    expect(JSON.parse(out)).toMatchObject({ status: 'done', createdBy: 'cli:root', devices: { enrolled: 20 } });
  });

  it('ends with 2 for a policy with errors, a file that is not there, and without a database', async () => {
    file('beadlePolicy: 2');
    expect((await run(['policy', 'preview', 'policy.yaml'])).exitCode).toBe(1);
    await fleet();
    expect(await run(['policy', 'preview', 'policy.yaml'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('policy.yaml:1:'),
    });
    expect((await run(['policy', 'preview', 'none.yaml'])).exitCode).toBe(2);
  });
});

describe('policy baseline', () => {
  it('lists what is proposed and what must be mended', async () => {
    await fleet();
    const { exitCode, out } = await run(['policy', 'baseline']);
    expect(exitCode).toBe(0);
    expect(out).toContain('\\\\old-server\\annex');
    expect(out).toMatch(/laptop-encryption +5\.9 +3/);
    const json = JSON.parse((await run(['policy', 'baseline', '--json'])).out);
    expect(json.proposal).toBeNull();
  });

  it('takes a policy file, and asks for one where no policy is in force', async () => {
    await onDatabase((db) => seedQuietFleet(db, Date.now(), 20));
    expect(await run(['policy', 'baseline'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('--policy') });
    file(quietPolicy());
    expect((await run(['policy', 'baseline', '--policy', 'policy.yaml'])).out).toContain('old-server');
  });
});
