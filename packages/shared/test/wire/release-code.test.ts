import { isReleaseCode, normaliseReleaseCode, releaseCode, releaseHash } from '@beadle/shared';
import { property, assert, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytes = (length: number) => uint8Array({ minLength: length, maxLength: length });

describe('a release code', () => {
  it('is ten characters that can be read over a telephone', () => {
    assert(
      property(bytes(10), (random) => {
        expect(releaseCode(random)).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      }),
    );
  });

  it('may be typed in any case, with or without the hyphen, and with letters that look like digits', () => {
    expect(normaliseReleaseCode(' o1il0-abcde ')).toBe('01110ABCDE');
    expect(normaliseReleaseCode('0111 0ABCDE')).toBe('01110ABCDE');
    expect(normaliseReleaseCode('01110ABCD')).toBeUndefined();
    expect(normaliseReleaseCode('01110ABCDU')).toBeUndefined();
  });

  it('is known by its hash, and no other is', async () => {
    const code = releaseCode(Uint8Array.from({ length: 10 }, (_, index) => index * 25));
    const kept = await releaseHash(code, new Uint8Array(16).fill(7));
    expect(await isReleaseCode(code.toLowerCase(), kept)).toBe(true);
    expect(await isReleaseCode('00000-00000', kept)).toBe(false);
    expect(await isReleaseCode('nothing of the kind', kept)).toBe(false);
  });
});
