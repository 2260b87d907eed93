import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/database.ts';
import { fakeClock, seededRandom } from '../app/harness.ts';
import { runServerCommand, withDatabase } from '../support/command.ts';

const clock = fakeClock();
const random = seededRandom();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-organisations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], stdin = '') =>
  runServerCommand(args, {
    stdin,
    workingFolder: folder,
    environment: { BEADLE_SERVER_DATABASE: join(folder, 'db') },
    clock,
    random,
  });

const onDatabase = <T>(work: (db: Db) => Promise<T>) => withDatabase(join(folder, 'db'), work);
const acts = (organisation: string) =>
  onDatabase((db) =>
    db.selectFrom('audit').select(['action', 'actor', 'detail']).where('organisation', '=', organisation).execute(),
  );

const add = (id: string) => run(['organisation', 'add', id, '--name', `${id} council`]);
const account = () => run(['account', 'create', '--name', 'Pat', '--role', 'auditor'], 'correct horse battery\n');
const grant = (...args: string[]) => run(['organisation', 'grant', ...args]);

describe('several councils on one server', () => {
  it('are added, each with its jobs, and listed', async () => {
    expect(await add('south')).toMatchObject({ exitCode: 0, out: 'Added south council as south.\n' });
    expect((await add('south')).exitCode).toBe(1);
    expect((await add('South!')).exitCode).toBe(2);
    expect((await run(['organisation', 'list'])).out).toContain('south  south council');
    const jobs = await onDatabase((db) =>
      db.selectFrom('jobs').select('kind').where('organisation', '=', 'south').execute(),
    );
    expect(jobs.length).toBeGreaterThan(2);
    expect(await acts('south')).toMatchObject([{ action: 'organisation-added' }]);
  });

  it('give a role to an account or a group of another, which each of them has on record', async () => {
    for (const id of ['south', 'east']) await add(id);
    await account();
    const given = await grant('south', 'east', '--account', 'Pat', '--role', 'ict-administrator');
    expect(given.out).toBe('Pat is ict-administrator in south.\nPat is ict-administrator in east.\n');
    await grant('south', '--group', 'Shared ICT', '--role', 'ict-operator');
    const again = await grant('south', '--account', 'Pat', '--role', 'auditor');
    expect(again.out).toBe('Pat has a role in south already.\n');
    const granted = (await acts('south')).filter(({ action }) => action === 'spanning-role-granted');
    expect(granted.map(({ detail }) => JSON.parse(detail))).toEqual([
      { role: 'ict-administrator', home: 'main', account: 'Pat' },
      { role: 'ict-operator', home: 'main', group: 'Shared ICT' },
    ]);
    expect((await acts('main')).map(({ action }) => action)).toEqual(['account-made']);
    const list = (await run(['organisation', 'grants', 'south'])).out;
    const [id = ''] = /^\S{10,}/m.exec(list) ?? [];
    expect((await run(['organisation', 'take-back', 'east', id])).exitCode).toBe(1);
    expect((await run(['organisation', 'take-back', 'south', id])).exitCode).toBe(0);
    expect((await run(['organisation', 'grants', 'south'])).out).not.toContain(id);
  });

  it.each([
    [['main', '--account', 'Pat', '--role', 'auditor'], 2],
    [['south', '--role', 'auditor'], 2],
    [['south', '--account', 'Pat', '--group', 'G', '--role', 'auditor'], 2],
    [['south', '--account', 'Pat', '--role', 'king'], 2],
    [['south', '--account', 'Nobody', '--role', 'auditor'], 1],
    [['nowhere', '--account', 'Pat', '--role', 'auditor'], 1],
    [['main', '--group', 'G', '--home', 'south', '--role', 'auditor'], 2],
  ])('refuse %j', async (args, exitCode) => {
    await add('south');
    await account();
    expect((await grant(...args)).exitCode).toBe(exitCode);
  });
});

describe('an account with an address to set its password at', () => {
  it('is made without a password', async () => {
    const made = await run(['account', 'create', '--name', 'Pat', '--role', 'auditor', '--code']);
    expect(made.out).toMatch(
      /^Made the account Pat \(auditor\)\.\nIts password is set at http\S+\/set-password\/[\w-]{22}, within 24 hours\.\n$/,
    );
  });
});
