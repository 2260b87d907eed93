import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unzip, zip } from '../../src/evidence/zip.ts';

const at = Date.parse('2026-06-04T08:32:10Z');
const names = fc.stringMatching(/^[a-zŵé][a-z0-9.-]{0,20}$/u);
const files = fc.uniqueArray(fc.record({ name: names, bytes: fc.uint8Array({ maxLength: 500 }) }), {
  selector: ({ name }) => name,
  maxLength: 6,
});
const text = (name: string, said: string) => ({ name, bytes: Buffer.from(said) });

/** What can be read; nothing where it is refused. */
function contentsOf(bytes: Buffer): string[] {
  try {
    return unzip(bytes).map((file) => Buffer.from(file.bytes).toString());
  } catch {
    return [];
  }
}

describe('a ZIP file', () => {
  it('gives back what was put in, in its order', () =>
    fc.assert(
      fc.property(files, (put) => {
        const found = unzip(zip(put, at)).map(({ name, bytes }) => [name, [...bytes]]);
        expect(found).toEqual(put.map(({ name, bytes }) => [name, [...bytes]]));
      }),
    ));

  it('is refused, or reads the same, where anything in it is changed', () =>
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const whole = zip([text('a.json', '{"a":1}'), text('b.txt', 'b'.repeat(100))], at);
        whole[place % whole.length] = (whole[place % whole.length] ?? 0) ^ change;
        for (const said of contentsOf(whole)) expect(['{"a":1}', 'b'.repeat(100)]).toContain(said);
      }),
      { numRuns: 500 },
    ));

  it('is not unpacked beyond what its list says', () => {
    const bomb = zip([{ name: 'bomb', bytes: Buffer.alloc(50_000_000) }], at);
    const central = bomb.lastIndexOf(Buffer.from('504b0102', 'hex'));
    bomb.writeUInt32LE(10, central + 24);
    expect(() => unzip(bomb)).toThrow('larger than 11 bytes');
    bomb.writeUInt32LE(4_000_000_000, central + 24);
    expect(() => unzip(bomb)).toThrow('more than a pack can');
  });

  it('has each name once', () => {
    expect(() => unzip(zip([text('a', '1'), text('a', '2')], at))).toThrow('a is in it twice');
  });

  it.each([Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(100_000)])('is not just any bytes', (bytes) => {
    expect(() => unzip(bytes)).toThrow('no ZIP file');
  });
});
