import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicJwkOf, signerOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/cli/lock.ts';
import { runServerCommand } from '../support/command.ts';
import { signed } from '../../src/evidence/manifest.ts';
import { zip } from '../../src/evidence/zip.ts';
import { systemClock } from '../../src/system.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Dacorum Borough Council
version: "2026.1"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - { id: tag, clause: "5.6", says: Every device has an asset tag., check: asset-tag, require: { matchRegister: required }, severity: low }
clauses:
  - { clause: "5.22", says: Approved backgrounds only., served: procedure }
`;

const run = (
  args: readonly string[],
  options: { readonly stdin?: string; readonly environment?: Record<string, string> } = {},
) => runServerCommand(args, { workingFolder: folder, ...options });
const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
const database = () => join(folder, 'data/server/beadle.db');
const inDatabase = <T>(work: (db: SQLite.Database) => T): T => {
  const db = new SQLite(database());
  try {
    return work(db);
  } finally {
    db.close();
  }
};

describe('beadle-server', () => {
  it.each([
    ['--help'],
    ['serve', '--help'],
    ['token', '--help'],
    ['token', 'create', '--help'],
    ['policy', 'validate', '--help'],
    ['backup', '--help'],
    ['restore', '--help'],
    ['audit', 'verify', '--help'],
    ['account', 'create', '--help'],
    ['migrate', '--help'],
    ['references', 'skip', '--help'],
  ])('explains %s %s %s', async (...args) => {
    const { exitCode, out } = await run(args);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Usage: beadle-server/);
  });

  it.each([
    [['nothing']],
    [['serve', '--fast']],
    [['token', 'create']],
    [['backup']],
    [['token', 'create', '--role', 'boss', '--name', 'x']],
    [[]],
  ])('exits with 2 for %j', async (args) => {
    const { exitCode, out, err } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).not.toBe('');
  });

  it('exits with 2 for bad settings, and makes nothing', async () => {
    const { exitCode, err } = await run(['migrate'], { environment: { BEADLE_SERVER_PORT: 'x' } });
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: 'beadle-server: BEADLE_SERVER_PORT: expected a port number from 1 to 65535, not "x"; write for example 8420.\n',
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('reads the settings file that it is given', async () => {
    file('mine.yaml', 'database: elsewhere\n');
    expect((await run(['--config', 'mine.yaml', 'migrate'])).exitCode).toBe(0);
    expect(existsSync(join(folder, 'elsewhere/beadle.db'))).toBe(true);
  });

  it('says in one line what to do where something is in the way', async () => {
    file('data', 'a file, not a folder');
    const { exitCode, err } = await run(['migrate']);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^beadle-server: .*data.* is in the way: a folder is needed there\.\n$/);
  });

  it('migrates once', async () => {
    expect((await run(['migrate'])).out).toMatch('Applied 0001-start, 0002-reports-by-people');
    expect(await run(['migrate'])).toEqual({ exitCode: 0, out: 'The database is up to date.\n', err: '' });
  });
});

describe('a database of a newer version', () => {
  it('is left alone, and the command says which version it takes', async () => {
    await run(['migrate']);
    inDatabase((db) => db.exec("insert into kysely_migration values ('9999-later', '2030-01-01')"));
    expect(await run(['token', 'list'])).toEqual({
      exitCode: 1,
      out: '',
      err: 'beadle-server: The database is of a newer version of Beadle (9999-later): start that version.\n',
    });
  });
});

describe('migrate --from', () => {
  it('is explained', async () => {
    expect((await run(['migrate', '--help'])).out).toMatch(/--from <FOLDER> +carry a SQLite database over/);
  });

  it('carries over into PostgreSQL only', async () => {
    await run(['migrate']);
    expect(await run(['migrate', '--from', 'data/server'])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringContaining('set BEADLE_SERVER_DATABASE to its address'),
    });
  });
});

describe('backup and restore on PostgreSQL', () => {
  it.each([
    [['backup', 'b.db'], 'pg_dump --format=custom'],
    [['restore', 'b.db'], '`beadle-server references skip`'],
  ])('%j names the tools that do it, without the password', async (args, words) => {
    const environment = { BEADLE_SERVER_DATABASE: 'postgres://beadle:secret@db.example/beadle' };
    const { exitCode, err } = await run(args, { environment });
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(words) });
    expect(err).not.toContain('secret');
  });
});

describe('tokens and accounts', () => {
  it('are made, listed and revoked, and all of it is in the audit log', async () => {
    const made = await run(['token', 'create', '--role', 'administrator', '--name', 'fleet']);
    expect(made).toEqual({ exitCode: 0, out: expect.stringMatching(/^beadle_[A-Za-z0-9_-]{43}\n$/), err: '' });
    expect((await run(['token', 'list'])).out).toMatch(/administrator +fleet +live\n/);
    expect((await run(['token', 'revoke', 'fleet'])).out).toMatch(/^Revoked .+ \(fleet\)\.\n$/);
    expect(JSON.parse((await run(['token', 'list', '--json'])).out)).toMatchObject([
      { name: 'fleet', state: expect.stringMatching(/^revoked/) },
    ]);
    const again = await run(['token', 'revoke', 'fleet']);
    expect(again).toMatchObject({ exitCode: 1, err: expect.stringContaining('There is no live token') });
    const actors = inDatabase((db) => db.prepare('select actor, action from audit').raw().all());
    expect(actors).toEqual([
      ['cli:root', 'token-made'],
      ['cli:root', 'token-revoked'],
    ]);
    expect((await run(['audit', 'verify'])).out).toMatch(
      /^The audit log of main is intact: 2 acts, head [0-9a-f]{64}\n$/,
    );
  });

  it('asks for an id where two tokens have one name', async () => {
    for (let index = 0; index < 2; index += 1) await run(['token', 'create', '--role', 'auditor', '--name', 'twin']);
    expect((await run(['token', 'revoke', 'twin'])).err).toMatch(/2 tokens are named twin: give the id of one/);
  });

  it('take a password from standard input only', async () => {
    const args = ['account', 'create', '--name', 'A. Officer', '--role', 'auditor'];
    expect(await run(args, { stdin: 'correct horse battery\nmore' })).toEqual({
      exitCode: 0,
      out: 'Made the account A. Officer (auditor).\n',
      err: '',
    });
    expect(await run(args, { stdin: 'correct horse battery\n' })).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('already'),
    });
    expect(await run(['account', 'create', '--name', 'B', '--role', 'auditor'], { stdin: 'short\n' })).toMatchObject({
      exitCode: 2,
    });
    expect(readFileSync(database()).includes('correct horse')).toBe(false);
  });
});

describe('audit verify', () => {
  it('says where the log is broken', async () => {
    await run(['token', 'create', '--role', 'auditor', '--name', 'a']);
    await run(['token', 'create', '--role', 'auditor', '--name', 'b']);
    inDatabase((db) => db.exec("update audit set actor = 'somebody else' where sequence = 2"));
    expect(await run(['audit', 'verify'])).toEqual({
      exitCode: 1,
      out: '',
      err: 'The audit log of main is broken: act 2 is altered; what is before it is intact.\n',
    });
  });

  it('makes no database where there is none', async () => {
    expect(await run(['audit', 'verify'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('There is no database in'),
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('policy', () => {
  it('passes a good file', async () => {
    file('p.yaml', POLICY);
    expect(await run(['policy', 'validate', 'p.yaml'])).toMatchObject({
      exitCode: 0,
      err: '',
      out: expect.stringContaining('1 rules, no errors'),
    });
  });

  it('says file, line, column, path and what was expected, one line an error', async () => {
    file('p.yaml', POLICY.replace('severity: low', 'severity: mild').replace('check: asset-tag', 'check: tags'));
    const { exitCode, out, err } = await run(['policy', 'validate', 'p.yaml']);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    const lines = err.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^p\.yaml:9:\d+: rules\[0\]\.(severity|check): expected .+/);
  });

  it('tells a file that is not there', async () => {
    expect(await run(['policy', 'validate', 'no.yaml'])).toMatchObject({
      exitCode: 2,
      err: 'beadle-server: no.yaml: expected a file that can be read (ENOENT).\n',
    });
  });

  it('accounts for every clause', async () => {
    file('p.yaml', POLICY);
    const { exitCode, out } = await run(['policy', 'coverage', 'p.yaml']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^5\.6 +kept by rules +tag \(observe\) +Every device has an asset tag\.$/m);
    expect(out).toMatch(/^2 clauses: 1 kept by rules, 1 by procedure only\.$/m);
    expect(out).toMatch(/^5\.22 +by procedure only +Approved backgrounds only\.$/m);
    expect(JSON.parse((await run(['policy', 'coverage', 'p.yaml', '--json'])).out)).toMatchObject({
      counts: { kept: 1, procedure: 1 },
      clauses: [
        { clause: '5.6', how: 'kept', rules: [{ id: 'tag', check: 'asset-tag', mode: 'observe' }], note: null },
        { clause: '5.22', how: 'procedure', rules: [], note: null },
      ],
    });
  });

  it('says which part of a clause is open', async () => {
    file(
      'p.yaml',
      `${POLICY}  - { clause: "5.6", says: Every device has a tag., served: part, note: No label is seen. }\n`,
    );
    const { out } = await run(['policy', 'coverage', 'p.yaml']);
    expect(out).toMatch(/^5\.6 +kept in part +tag \(observe\) +Every/m);
    expect(out).toMatch(/^5\.6 +kept in part +No label is seen\.$/m);
  });
});

describe('backup and restore', () => {
  const names = async () =>
    JSON.parse((await run(['token', 'list', '--json'])).out).map(({ name }: { name: string }) => name);
  beforeEach(async () => {
    await run(['token', 'create', '--role', 'auditor', '--name', 'before']);
  });

  it('bring back what was there, and keep what was replaced', async () => {
    const saved = await run(['backup', 'b.db']);
    expect(saved).toMatchObject({ exitCode: 0, out: expect.stringContaining('The signing keys are not in it') });
    expect(statSync(join(folder, 'b.db')).mode & 0o777).toBe(0o600);
    await run(['token', 'create', '--role', 'auditor', '--name', 'after']);
    expect(await run(['restore', 'b.db'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('add --force') });
    expect(await names()).toEqual(['after', 'before']);
    expect(await run(['restore', 'b.db', '--force'])).toMatchObject({ exitCode: 0, err: '' });
    expect(await names()).toEqual(['before']);
    expect(existsSync(`${database()}.replaced`)).toBe(true);
  });

  it('end while a server writes all the time', async () => {
    const server = new SQLite(database());
    const note = server.prepare(
      "insert into counters values ('main', 'busy', 1) on conflict do update set value = value + 1",
    );
    let writes = 0;
    const write = () => {
      note.run();
      writes += 1;
      if (server.open) next = setImmediate(write);
    };
    let next = setImmediate(write);
    const saved = await run(['backup', 'b.db']);
    clearImmediate(next);
    server.close();
    expect(saved).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/: 0 devices, 0 findings, 0 breaches, 1 acts\./),
    });
    expect(writes).toBeGreaterThan(0);
  });

  it('say what they hold, and follow what is chained', async () => {
    await run(['backup', 'b.db']);
    const restored = await run(['restore', 'b.db', '--force']);
    expect(restored.out).toContain(': 0 devices, 0 findings, 0 breaches, 1 acts.');
    expect(restored.out).toContain('all are intact');
    inDatabase((db) => db.exec("update audit set actor = 'nobody' where sequence = 1"));
    await run(['backup', 'c.db']);
    expect(await run(['restore', 'c.db', '--force'])).toMatchObject({
      exitCode: 1,
      err: 'It is not as it was written: the audit log of main at act 1.\n',
    });
  });

  it('restore into an empty folder without being forced', async () => {
    await run(['backup', 'b.db']);
    const environment = { BEADLE_SERVER_DATABASE: join(folder, 'other') };
    expect((await run(['restore', 'b.db'], { environment })).exitCode).toBe(0);
    expect((await run(['token', 'list'], { environment })).out).toContain('before');
  });

  it('replace no file without being forced', async () => {
    file('b.db', 'something else');
    expect(await run(['backup', 'b.db'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('add --force') });
    expect(readFileSync(join(folder, 'b.db'), 'utf8')).toBe('something else');
    expect((await run(['backup', 'b.db', '--force'])).exitCode).toBe(0);
  });

  it.each(['not a database', ''])('take only a whole database for a backup: %j', async (text) => {
    file('b.db', text);
    expect(await run(['restore', 'b.db', '--force'])).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/b\.db is not a whole database of Beadle/),
    });
    expect(await names()).toEqual(['before']);
  });

  it('do not touch a folder that a server uses', async () => {
    await run(['backup', 'b.db']);
    const lock = lockFolder(join(folder, 'data/server'), 'taken');
    expect(await run(['restore', 'b.db', '--force'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('A server is using'),
    });
    expect((await run(['backup', 'c.db'])).exitCode).toBe(0);
    lock.release();
    expect((await run(['restore', 'b.db', '--force'])).exitCode).toBe(0);
  });
});

describe('evidence verify', () => {
  it('needs no settings and no database, and says what differs', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const signer = signerOf(privateKey);
    const made = { reference: 'BR-2026-000041', council: 'Northmere', marking: 'OFFICIAL', writtenAt: 'then' };
    const rest = { writtenFor: 'Ann Officer', server: '0.1.0', key: publicJwkOf(privateKey) };
    const findings = { name: 'findings.json', about: 'findings', bytes: Buffer.from('{"segments":[]}') };
    const files = signed([findings], { ...made, ...rest }, signer);
    writeFileSync(join(folder, 'pack.zip'), zip(files, 0));
    writeFileSync(join(folder, 'less.zip'), zip(files.slice(1), 0));
    const whole = await run(['evidence', 'verify', 'pack.zip', '--key', signer.keyId], {
      environment: { BEADLE_SERVER_PORT: 'no number' },
    });
    expect([whole.exitCode, whole.err]).toEqual([0, '']);
    expect(whole.out).toContain('the evidence of BR-2026-000041 is as Northmere made it');
    expect(await run(['evidence', 'verify', 'less.zip'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('less.zip: findings.json is missing.'),
    });
    expect((await run(['evidence', 'verify', 'pack.zip', '--key', 'another'])).exitCode).toBe(1);
    expect((await run(['evidence', 'verify', 'none.zip'])).exitCode).toBe(2);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('references skip', () => {
  const counters = () =>
    inDatabase((db) => db.prepare("select name, value from counters where name like 'breaches-%'").raw().all());

  it('leaves a gap in every year, and the act is in the audit log', async () => {
    await run(['migrate']);
    inDatabase((db) => db.exec("insert into counters values ('main', 'breaches-2020', 7)"));
    const year = new Date(systemClock.now()).getUTCFullYear();
    expect(await run(['references', 'skip'])).toEqual({
      exitCode: 0,
      out: `Left out 1000 references of each kind; next come BR-2020-001008, BR-${year}-001001, CL-${year}-001001, AU-${year}-001001, IN-${year}-001001, HD-${year}-001001, LH-${year}-001001, DP-${year}-001001, WD-${year}-001001, EX-${year}-001001.\n`,
      err: '',
    });
    expect(counters()).toEqual([
      ['breaches-2020', 1007],
      [`breaches-${year}`, 1000],
    ]);
    const acts = inDatabase((db) => db.prepare('select actor, action, target from audit').raw().all());
    expect(acts).toEqual([['cli:root', 'references-skipped', 'organisation:main']]);
    expect((await run(['audit', 'verify'])).exitCode).toBe(0);
  });

  it('makes no database where there is none', async () => {
    expect(await run(['references', 'skip'])).toMatchObject({ exitCode: 1, out: '' });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('is part of a restore, also of a backup from before the first breach of the year', async () => {
    await run(['migrate']);
    await run(['backup', 'b.db']);
    const restored = await run(['restore', 'b.db', '--force']);
    expect(restored).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(
        /next come BR-\d{4}-001001, CL-\d{4}-001001, AU-\d{4}-001001, IN-\d{4}-001001, HD-\d{4}-001001, LH-\d{4}-001001, DP-\d{4}-001001, WD-\d{4}-001001, EX-\d{4}-001001\.\n/,
      ),
    });
    expect(counters()).toEqual([[expect.stringMatching(/^breaches-\d{4}$/), 1000]]);
  });
});
