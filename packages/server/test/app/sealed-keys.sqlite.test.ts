import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeys, sealKeys } from '../../src/keys/sealed.ts';
import { systemRandom } from '../../src/system.ts';

const KEYS = { serverKey: '-----BEGIN PRIVATE KEY-----\n', tokenKey: 'token\n' };
const keyId = 'k'.repeat(43);
const sealed = await sealKeys(KEYS, { keyId, passphrase: 'correct horse battery', random: systemRandom });

describe('sealed keys', () => {
  it('open with their passphrase, however it is composed', async () => {
    expect(await openKeys(sealed, 'correct horse battery')).toEqual({ keys: KEYS, keyId });
    const accented = await sealKeys(KEYS, { keyId, passphrase: 'caf\u00e9 and more', random: systemRandom });
    expect(await openKeys(accented, 'cafe\u0301 and more')).toMatchObject({ keyId });
  });

  it('do not open where what stands in the clear was changed', async () => {
    const changed = JSON.stringify({ ...(JSON.parse(sealed) as object), keyId: 'x'.repeat(43) });
    expect(await openKeys(changed, 'correct horse battery')).toEqual({ refused: 'passphrase' });
  });

  it('take no file that asks for more or less work', async () => {
    const file = JSON.parse(sealed) as { kdf: object };
    const changed = JSON.stringify({ ...file, kdf: { ...file.kdf, n: 2 ** 30 } });
    expect(await openKeys(changed, 'correct horse battery')).toEqual({ refused: 'form' });
  });

  it('are no other text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        expect(await openKeys(text, 'correct horse battery')).toEqual({ refused: 'form' });
      }),
    );
  });
});
