import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../packages/server/test/app/harness.ts';
import { runCommand } from '../../packages/server/src/cli/program.ts';
import { createWorld, seededRandom } from '../support/clock.ts';
import { type Directory, startDirectory, whyNoDirectory } from './fixtures/directory.ts';

const why = whyNoDirectory();

const PEOPLE = [
  ['ann.officer', 'Ann Officer'],
  ['bo.deputy', 'Bo Deputy'],
  ['sam.rivers', 'Sam Rivers'],
  ['kit.marsh', 'Kit Marsh'],
  ['lee.gone', 'Lee Gone'],
  ['old.leaver', 'Old Leaver'],
] as const;

describe.skipIf(why !== undefined)(`a real directory${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let directory: Directory;
  let server: TestServer;
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-import-'));
    directory = await startDirectory();
    directory.tool('ou', 'create', 'OU=People');
    for (const [account, name] of PEOPLE) {
      const [given = '', surname = ''] = name.split(' ');
      const about = [`--given-name=${given}`, `--surname=${surname}`, `--mail-address=${account}@council.test`];
      directory.tool('user', 'create', account, 'Inv3nted-Passw0rd!', '--userou=OU=People', ...about);
    }
    directory.tool('user', 'disable', 'old.leaver');
    for (const group of ['Emergency Planning', 'Duty Officers', 'Choir']) directory.tool('group', 'add', group);
    directory.tool('group', 'addmembers', 'Emergency Planning', 'Duty Officers,sam.rivers');
    directory.tool('group', 'addmembers', 'Duty Officers', 'ann.officer');
    directory.tool('group', 'addmembers', 'Choir', 'kit.marsh');
    const dn = (name: string) => `CN=${name},OU=People,${directory.base}`;
    directory.modify(
      `dn: ${dn('Sam Rivers')}\nchangetype: modify\nreplace: manager\nmanager: ${dn('Ann Officer')}\n-\nreplace: employeeType\nemployeeType: Councillor\n`,
    );
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${directory.reader.password}\n`, { mode: 0o600 });
    environment = {
      BEADLE_SERVER_DIRECTORY_URL: directory.url,
      BEADLE_SERVER_DIRECTORY_CA_FILE: directory.authority,
      BEADLE_SERVER_DIRECTORY_BIND_DN: directory.reader.dn,
      BEADLE_SERVER_DIRECTORY_PASSWORD_FILE: passwordFile,
      BEADLE_SERVER_DIRECTORY_BASE: `OU=People,${directory.base}`,
      BEADLE_SERVER_DIRECTORY_GROUP_BASE: directory.base,
      BEADLE_SERVER_DIRECTORY_GROUPS: 'Emergency Planning',
      BEADLE_SERVER_DIRECTORY_ATTRIBUTES_POPULATION: 'employeeType',
    };
    server = await startTestServer(environment);
  });
  afterAll(async () => {
    await server?.close();
    await directory?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const people = async (query = '') =>
    (await server.as('ict-administrator', { url: `/api/v1/people${query}` })).json().items;
  const acts = () => server.db.selectFrom('audit').select(['action', 'detail']).orderBy('sequence').execute();

  /** The command, on the same database where it may be used by two at a time. */
  async function command(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const world = createWorld();
    const exitCode = await runCommand(['import', 'directory', ...args], {
      stdin: new PassThrough(),
      stdout,
      stderr,
      workingFolder: folder,
      user: 'root',
      environment: { ...environment, BEADLE_SERVER_DATABASE: server.settings.database },
      clock: world.clock(),
      random: seededRandom('command'),
    });
    stdout.end();
    stderr.end();
    return { exitCode, out: await text(stdout), err: await text(stderr) };
  }

  it('is looked at without changing anything', async () => {
    const { exitCode, out, err } = await command('--dry-run');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('5 added, 0 changed, 0 left as they are, 0 gone');
    expect(await people()).toEqual([]);
  });

  it('gives people, their managers, and the groups of the allow-list by way of other groups', async () => {
    await server.app.jobs.runDue();
    const found = await people();
    expect(found.map(({ account }: { account: string }) => account)).toEqual([
      'ann.officer',
      'bo.deputy',
      'kit.marsh',
      'lee.gone',
      'sam.rivers',
    ]);
    expect(found[0]).toMatchObject({
      name: 'Ann Officer',
      email: 'ann.officer@council.test',
      population: 'employee',
      groups: ['Emergency Planning'],
      source: 'directory',
    });
    expect(found[2].groups).toEqual([]);
    expect(found[4]).toMatchObject({
      population: 'councillor',
      lineManager: 'ann.officer',
      groups: ['Emergency Planning'],
    });
  });

  it('is asked again every hour, and changes nothing where nothing has changed', async () => {
    const imports = server.db.selectFrom('jobs').select('id').where('kind', '=', 'directory-import');
    const done = async () => (await imports.where('status', '=', 'done').execute()).length;
    const [actsBefore, doneBefore] = [(await acts()).length, await done()];
    server.clock.pass(3_600_000);
    await server.app.jobs.runDue();
    expect([(await acts()).length, await done()]).toEqual([actsBefore, doneBefore + 1]);
  });

  it('keeps a disabled account on record, marks one that is gone, and asks before many go', async () => {
    directory.tool('user', 'disable', 'kit.marsh');
    directory.tool('user', 'delete', 'lee.gone');
    directory.tool('group', 'removemembers', 'Emergency Planning', 'sam.rivers');
    expect((await command()).exitCode).toBe(0);
    const [kit, lee, sam] = (await people('?gone=true')).slice(2);
    expect(kit).toMatchObject({ account: 'kit.marsh', accountDisabled: true, goneAt: null });
    expect(lee).toMatchObject({ account: 'lee.gone', goneAt: expect.any(String) });
    expect(sam.groups).toEqual([]);
    directory.tool('user', 'delete', 'sam.rivers');
    const refused = await command();
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining('1 of 4 would go, more than 20 %')]);
    expect((await command('--even-many')).exitCode).toBe(0);
  });

  it('that does not answer, or does not know the account, changes nothing, and no password is told', async () => {
    const before = await people();
    const base = environment['BEADLE_SERVER_DIRECTORY_BASE'] ?? '';
    const wrong: Record<string, string>[] = [
      { BEADLE_SERVER_DIRECTORY_URL: 'ldaps://127.0.0.63:6399' },
      { BEADLE_SERVER_DIRECTORY_BIND_DN: `CN=nobody,${base}` },
      { BEADLE_SERVER_DIRECTORY_BASE: `OU=Nowhere,${directory.base}` },
      { BEADLE_SERVER_DIRECTORY_FILTER: '(sAMAccountName=nobody)' },
      { BEADLE_SERVER_DIRECTORY_GROUPS: 'Emergency Planing' },
      { BEADLE_SERVER_DIRECTORY_CA_FILE: '/etc/hostname' },
    ];
    const kept = environment;
    for (const one of wrong) {
      environment = { ...kept, ...one };
      const { exitCode, err } = await command();
      expect([exitCode, err]).toEqual([1, expect.stringMatching(/othing was changed\.$/m)]);
      expect(err).not.toContain(directory.reader.password);
    }
    environment = kept;
    expect(await people()).toEqual(before);
    expect(JSON.stringify(server.logged)).not.toContain(directory.reader.password);
  });
});
