import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerCommand } from '../support/command.ts';

const PASSPHRASE = 'correct horse battery';
let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-keys-'));
  await run(['migrate']);
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], stdin = `${PASSPHRASE}\n`, keys = 'data/server-keys') =>
  runServerCommand(args, {
    workingFolder: folder,
    stdin,
    environment: { BEADLE_SERVER_KEYS_FOLDER: join(folder, keys) },
  });
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
/** As the first start of the server makes them. */
async function makeKeys(): Promise<void> {
  const { loadKeys } = await import('../../src/keys/keys.ts');
  const { systemRandom } = await import('../../src/system.ts');
  loadKeys({ folder: join(folder, 'data/server-keys'), random: systemRandom });
}

describe('keys export and import', () => {
  it('carry the keys to another machine under a passphrase, say their fingerprint at both ends, and stand in the audit log', async () => {
    await makeKeys();
    const exported = await run(['keys', 'export', 'keys.json']);
    expect(exported).toMatchObject({ exitCode: 0, err: '' });
    expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(read('keys.json')).not.toContain('PRIVATE');
    await run(['audit', 'export', 'log.jsonl']);
    expect(read('log.jsonl')).toMatch(/"actor":"cli:root","action":"server-keys-exported","target":"key:[\w-]{43}"/);
    const imported = await run(['keys', 'import', 'keys.json'], undefined, 'other-keys');
    expect(imported).toMatchObject({ exitCode: 0, err: '' });
    const fingerprint = /fingerprint: (\S+)/.exec(exported.out)?.[1];
    expect(imported.out).toContain(`fingerprint: ${fingerprint}`);
    for (const name of ['server-key.pem', 'token-key']) {
      expect(read('other-keys', name)).toBe(read('data/server-keys', name));
      expect(statSync(join(folder, 'other-keys', name)).mode & 0o777).toBe(0o600);
    }
  });

  it('replace nothing: neither a file nor keys that are there', async () => {
    await makeKeys();
    await run(['keys', 'export', 'keys.json']);
    const before = read('data/server-keys/server-key.pem');
    expect(await run(['keys', 'export', 'keys.json'])).toMatchObject({ exitCode: 2, out: '' });
    expect(await run(['keys', 'import', 'keys.json'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('There are keys in'),
    });
    expect(read('data/server-keys/server-key.pem')).toBe(before);
  });

  it('refuse another passphrase, a short one and none, and leave no keys', async () => {
    await makeKeys();
    await run(['keys', 'export', 'keys.json']);
    const refused = async (stdin: string) => {
      const { exitCode, err } = await run(['keys', 'import', 'keys.json'], stdin, 'other-keys');
      return [exitCode, err];
    };
    expect(await refused('another horse battery\n')).toEqual([
      1,
      expect.stringContaining('is not the one of keys.json'),
    ]);
    const short = [2, expect.stringContaining('expected a passphrase of 12')];
    expect(await refused('short\n')).toEqual(short);
    expect(await refused('')).toEqual(short);
    expect(existsSync(join(folder, 'other-keys'))).toBe(false);
  });

  it('take only a file that export wrote', async () => {
    writeFileSync(join(folder, 'keys.json'), '{}');
    expect(await run(['keys', 'import', 'keys.json'])).toMatchObject({ exitCode: 1 });
    expect(await run(['keys', 'import', 'none.json'])).toMatchObject({ exitCode: 2 });
  });

  it('make none where the server has never started', async () => {
    expect(await run(['keys', 'export', 'keys.json'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('the first start of the server makes them'),
    });
    expect(existsSync(join(folder, 'data/server-keys'))).toBe(false);
  });
});
