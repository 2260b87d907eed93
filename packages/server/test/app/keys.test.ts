import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thumbprint, verifyingKeyOf } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeys } from '../../src/keys/keys.ts';
import { seededRandom } from './harness.ts';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'beadle-keys-')), 'keys');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const load = () => loadKeys({ folder, random: seededRandom() });

describe('the keys of the server', () => {
  it('are made once, for the owner alone', () => {
    const made = load();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual(['server-key.pem', 'token-key']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const again = load();
    expect(again.keyId).toBe(made.keyId);
    expect(Buffer.from(again.tokenKey)).toEqual(Buffer.from(made.tokenKey));
  });

  it('sign what their public half verifies', () => {
    const { signer, publicJwk, keyId, tokenKey } = load();
    const data = Buffer.from('a document');
    expect(verifyingKeyOf(publicJwk).verify(data, signer.sign(data))).toBe(true);
    expect(keyId).toBe(thumbprint(publicJwk));
    expect(tokenKey).toHaveLength(32);
  });

  it.each([
    ['server-key.pem', 0o640],
    ['token-key', 0o604],
    ['', 0o750],
  ])('are refused where others can read %j', (name, mode) => {
    load();
    chmodSync(join(folder, name), mode);
    expect(load).toThrow(/can be read by others than its owner: run `chmod go= .+`, then start again/);
  });

  it.each([
    ['server-key.pem', 'x'],
    ['server-key.pem', ''],
    ['token-key', 'short'],
    ['token-key', ''],
  ])('are never made anew in the place of a damaged %s', (name, text) => {
    load();
    writeFileSync(join(folder, name), text);
    expect(load).toThrow(/is not a key that Beadle made: put the file back/);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });
});
