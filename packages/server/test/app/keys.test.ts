import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thumbprint, verifyingKeyOf } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFor, loadKeys, placeKeys, readKeyFiles, successorOf } from '../../src/keys/keys.ts';
import { forgetKey, prepareKey, rotateKey } from '../../src/keys/rotate.ts';
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

describe('another key', () => {
  it('takes the place of the one of today, which goes on answering whoever names it', () => {
    const before = load();
    expect(rotateKey(folder)).toEqual({ from: before.keyId, to: expect.stringMatching(/^[\w-]{43}$/) });
    const now = load();
    expect(now.former.map(({ keyId }) => keyId)).toEqual([before.keyId]);
    expect(now.next).toBeUndefined();
    expect(keyFor(now, before.keyId).publicJwk).toEqual(before.publicJwk);
    expect([now.keyId, undefined, 'unknown'].map((named) => keyFor(now, named).keyId)).toEqual(
      Array(3).fill(now.keyId),
    );
    expect(successorOf(now, before.keyId)).toEqual(now.publicJwk);
    expect([now.keyId, undefined, 'unknown'].map((named) => successorOf(now, named))).toEqual(Array(3).fill(undefined));
    expect(statSync(join(folder, 'former')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'former', `${before.keyId}.pem`)).mode & 0o777).toBe(0o600);
  });

  it('is the one that was prepared, once, which until then answers and leads nobody away', () => {
    const { keyId: today } = load();
    const { keyId: next } = prepareKey(folder);
    expect(prepareKey(folder).keyId).toBe(next);
    const prepared = load();
    expect([prepared.keyId, keyFor(prepared, next).keyId, successorOf(prepared, next)]).toEqual([
      today,
      next,
      undefined,
    ]);
    expect(rotateKey(folder)).toEqual({ from: today, to: next });
    expect(load().keyId).toBe(next);
  });

  it('is nobody’s loss where the exchange was cut off after its first step', () => {
    const { keyId } = load();
    mkdirSync(join(folder, 'former'), { mode: 0o700 });
    copyFileSync(join(folder, 'server-key.pem'), join(folder, 'former', `${keyId}.pem`));
    expect(load()).toMatchObject({ keyId, former: [] });
    rotateKey(folder);
    expect(load().former.map((key) => key.keyId)).toEqual([keyId]);
  });

  it('and a former one are forgotten, carried elsewhere, and refused where others can read them', () => {
    const { keyId: first } = load();
    const { to: second } = rotateKey(folder);
    rotateKey(folder);
    prepareKey(folder);
    const elsewhere = `${folder}-elsewhere`;
    placeKeys(elsewhere, readKeyFiles(folder));
    const ids = ({ keyId, next, former }: ReturnType<typeof load>) => [
      keyId,
      next?.keyId,
      former.map((key) => key.keyId),
    ];
    expect(ids(loadKeys({ folder: elsewhere, random: seededRandom() }))).toEqual(ids(load()));
    expect(load().former.map(({ keyId }) => keyId)).toEqual([first, second].toSorted());
    expect([forgetKey(folder, first), forgetKey(folder, first)]).toEqual([true, false]);
    expect(load().former.map(({ keyId }) => keyId)).toEqual([second]);
    chmodSync(join(folder, 'former', `${second}.pem`), 0o640);
    expect(load).toThrow(/can be read by others/);
  });
});
