import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerCommand } from '../support/command.ts';
import { readSettings } from '../../src/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string) => writeFileSync(join(folder, name), content);

const run = (...args: string[]) => runServerCommand(['import', ...args], { workingFolder: folder });

describe('beadle-server import', () => {
  it('says what it would do, does it, and finds it done', async () => {
    file('people.csv', 'account,name,population\nsam,Sam,employee\nkit,Kit,councillor\n');
    const dry = await run('people', 'people.csv', '--dry-run');
    expect(dry).toEqual({
      exitCode: 0,
      out: 'Would be added:\n  sam\n  kit\nDry run, nothing was changed: 2 added, 0 changed, 0 left as they are, 0 gone.\n',
      err: '',
    });
    expect((await run('people', 'people.csv')).out).toContain('\n2 added, 0 changed, 0 left as they are, 0 gone.\n');
    expect((await run('people', 'people.csv')).out).toBe('0 added, 0 changed, 2 left as they are, 0 gone.\n');
    file('people.csv', 'account,name,population\nsam,Samuel,employee\n');
    expect((await run('people', 'people.csv')).out).toContain('Changed:\n  sam (name)\n');
    const refused = await run('people', 'people.csv', '--whole');
    expect([refused.exitCode, refused.err]).toEqual([
      1,
      'beadle-server: 1 of 2 would go, more than 20 %: nothing was changed. Look whether the list is whole, or add --even-many.\n',
    ]);
    expect((await run('people', 'people.csv', '--whole', '--even-many')).out).toContain('Gone:\n  kit\n');
  });

  it.each(['people', 'devices', 'sticks', 'printers', 'authorisations'])('tells the columns of %s', async (name) => {
    const { exitCode, out } = await run(name, '--help');
    expect(exitCode).toBe(0);
    expect(out).toContain('--dry-run');
    expect(out).toMatch(/columns \(\?: may be\s+left out\)/);
  });

  it('says where a file has errors, and exits 2', async () => {
    file('sticks.csv', 'serial,encrypts_in_hardware\nAA,perhaps\nAA,\n');
    expect(await run('sticks', 'sticks.csv')).toEqual({
      exitCode: 2,
      out: '',
      err: 'sticks.csv:2:2: encrypts_in_hardware: expected one of yes, no\n',
    });
    expect(await run('sticks', 'none.csv')).toMatchObject({ exitCode: 2, err: expect.stringContaining('none.csv') });
    expect((await run('cabbages', 'sticks.csv')).exitCode).toBe(2);
  });

  it('records approvals that exist on paper, once, after saying what was understood', async () => {
    const header = 'kind,for,subject,purpose,approver,approver_role,approved_on,from,to,countries';
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const line = `overseas,person,Sam Rivers,A conference.,Sol Siro,siro,${day(-9)},${day(-5)},${day(5)},FR`;
    file('approvals.csv', `${header}\n${line}\n`);
    const words = `approvals.csv:2: overseas for Sam Rivers, ${day(-5)} to ${day(5)}, approved by Sol Siro (siro)`;
    expect(await run('authorisations', 'approvals.csv', '--dry-run')).toEqual({
      exitCode: 0,
      out: `${words}: concerns 0 devices\nDry run, nothing was changed: 1 added, 0 there already.\n`,
      err: '',
    });
    expect((await run('authorisations', 'approvals.csv')).out).toContain('\n1 added, 0 there already.\n');
    expect((await run('authorisations', 'approvals.csv')).out).toBe(
      `${words}: there already\n0 added, 1 there already.\n`,
    );
    file('approvals.csv', `${header}\n${line.replace('siro,', 'line-manager,')}\n`);
    expect(await run('authorisations', 'approvals.csv')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^approvals\.csv:2:6: approver_role: expected a role that may decide this: /),
    });
  });

  it('asks for the settings of a directory', async () => {
    expect(await run('directory')).toMatchObject({ exitCode: 2, err: expect.stringContaining('directory.url') });
  });
});

describe('the settings of a directory', () => {
  const settings = (more: Record<string, string>) =>
    readSettings({
      workingFolder: folder,
      environment: {
        BEADLE_SERVER_DIRECTORY_URL: 'ldaps://dc1.council.test',
        BEADLE_SERVER_DIRECTORY_BIND_DN: 'CN=beadle,DC=council,DC=test',
        BEADLE_SERVER_DIRECTORY_BASE: 'DC=council,DC=test',
        ...more,
      },
    });

  it('never show the password, from a file or a variable', () => {
    file('password', 'hidden\n');
    for (const from of [
      { BEADLE_SERVER_DIRECTORY_PASSWORD_FILE: 'password' },
      { BEADLE_SERVER_DIRECTORY_PASSWORD: 'hidden' },
    ] as Record<string, string>[]) {
      const { directory } = settings(from);
      expect(directory?.readPassword()).toBe('hidden');
      expect(JSON.stringify(directory)).not.toContain('hidden');
    }
    expect(readFileSync(join(folder, 'password'), 'utf8')).toBe('hidden\n');
  });

  it.each([
    [{}, 'BEADLE_SERVER_DIRECTORY_PASSWORD'],
    [{ BEADLE_SERVER_DIRECTORY_PASSWORD: 'a', BEADLE_SERVER_DIRECTORY_URL: 'ldap://dc1' }, 'ldaps://'],
    [{ BEADLE_SERVER_DIRECTORY_PASSWORD: 'a', BEADLE_SERVER_DIRECTORY_POPULATION: 'boss' }, 'one of employee'],
    [
      { BEADLE_SERVER_DIRECTORY_PASSWORD: 'a', BEADLE_SERVER_DIRECTORY_ATTRIBUTES_NAME: 'a)(b' },
      'the name of an attribute',
    ],
  ])('refuse %j', (more, words) => {
    expect(() => settings(more as Record<string, string>)).toThrow(words);
  });
});
