import jsQR from 'jsqr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qrOf } from '../../src/people/second-factor/qr.ts';

/** As a camera would see it: so many dots a module. */
const DOTS = 4;

/** Draws the path as a browser does, and reads it by another library than the one that wrote it. */
function readBack({ size, path }: ReturnType<typeof qrOf>): string | undefined {
  const side = size * DOTS;
  const picture = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x = '', y = '', width = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let row = Number(y) * DOTS; row < (Number(y) + 1) * DOTS; row += 1)
      for (let column = Number(x) * DOTS; column < (Number(x) + Number(width)) * DOTS; column += 1)
        picture.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
  return jsQR.default(picture, side, side)?.data;
}

describe('the picture of a key', () => {
  it('reads as the link that it was made of', () => {
    const link =
      'otpauth://totp/Beadle%2C%20Northmere%20Borough%20Council:Ann%20Officer?issuer=Beadle%2C%20Northmere%20Borough%20Council&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30';
    expect(readBack(qrOf(link))).toBe(link);
  });

  it('reads as any text that a link is made of', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('abcXYZ0129%:/?&=.-_~')),
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(letters, (text) => {
        expect(readBack(qrOf(text))).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it('has white around it, and nothing but a path', () => {
    const { size, path } = qrOf('a');
    expect(size).toBe(21 + 8);
    expect(path).toMatch(/^(M\d+ \d+h\d+v1h-\d+z)+$/);
    for (const [, x] of path.matchAll(/M(\d+)/g)) expect(Number(x)).toBeGreaterThanOrEqual(4);
  });
});
