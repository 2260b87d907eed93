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

/** A device that says that it holds to this key; null where it has not said. */
async function holder(assetTag: string, keyId: string | null): Promise<void> {
  const { openDatabase } = await import('../../src/db/open.ts');
  const { db, close } = openDatabase(join(folder, 'data/server'));
  const device = { organisation: 'default', id: assetTag, asset_tag: assetTag, kind: 'laptop', groups: '[]' };
  const rest = { generation: 1, created_at: 0, policy_serial: 0, document_serial: 0, server_key: keyId };
  await db
    .insertInto('devices')
    .values({ ...device, ...rest })
    .execute();
  await close();
}

describe('keys rotate', () => {
  it('says what to do next, lists who holds to which key, and forgets a former one only where nobody does', async () => {
    await makeKeys();
    const before = /^(\S{43}) +signs +0$/m.exec((await run(['keys', 'list'])).out)?.[1] ?? '';
    await holder('DBC-1', before);
    await holder('DBC-2', null);
    const rotated = await run(['keys', 'rotate']);
    expect(rotated).toMatchObject({ exitCode: 0, err: '', out: expect.stringContaining('Restart the server') });
    const now = /key is now (\S{43})\./.exec(rotated.out)?.[1] ?? '';
    const listed = (await run(['keys', 'list'])).out;
    expect(listed).toMatch(new RegExp(`^${now} +signs +0$`, 'm'));
    expect(listed).toMatch(new RegExp(`^${before} +former +1$`, 'm'));
    expect(listed).toContain('to which they hold: 1');
    expect(await run(['keys', 'forget', before])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(`Devices that hold to ${before}: 1; that have not said: 1.`),
    });
    expect(await run(['keys', 'forget', now])).toMatchObject({ exitCode: 2 });
    expect(await run(['keys', 'forget', before, '--force'])).toMatchObject({ exitCode: 0 });
    expect((await run(['keys', 'list'])).out).toMatch(new RegExp(`^${before} +not here +1$`, 'm'));
    await run(['audit', 'export', 'log.jsonl']);
    for (const action of ['rotated', 'forgotten'])
      expect(read('log.jsonl')).toContain(`"action":"server-key-${action}"`);
  });

  it('takes the key that was prepared, and what is exported has every key', async () => {
    await makeKeys();
    const next = /fingerprint: (\S{43})/.exec((await run(['keys', 'prepare'])).out)?.[1] ?? '';
    expect((await run(['keys', 'list'])).out).toMatch(new RegExp(`^${next} +next +0$`, 'm'));
    expect((await run(['keys', 'rotate'])).out).toContain(next);
    await run(['keys', 'export', 'keys.json']);
    await run(['keys', 'import', 'keys.json'], undefined, 'other-keys');
    const [here, there] = [await run(['keys', 'list']), await run(['keys', 'list'], undefined, 'other-keys')];
    expect(there.out).toBe(here.out);
    expect(here.out).toContain('former');
  });

  it('needs keys that are there', async () => {
    for (const command of ['list', 'prepare', 'rotate'])
      expect(await run(['keys', command])).toMatchObject({ exitCode: 1, err: expect.stringContaining('no keys in') });
  });
});

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
