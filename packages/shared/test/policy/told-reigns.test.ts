import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldReigns } from '../../src/policy/versions.ts';

const named = (from: number, version: string | undefined) => ({ from, version });

describe('what a device is told of the versions', () => {
  it('is those of late, the one in force and those to come', () => {
    const all = [named(0, 'a'), named(10, 'b'), named(20, 'c')];
    expect(toldReigns(all, 12)).toEqual(all);
  });

  it('is nothing of the past where none holds now, which would go on', () => {
    expect(toldReigns([named(0, 'a'), named(10, undefined), named(20, 'c')], 12)).toEqual([named(20, 'c')]);
    expect(toldReigns([named(0, 'a'), named(10, undefined)], 12)).toEqual([]);
  });

  it('always has the one in force, in no more than a document holds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 59 }), (count, now) => {
        const all = Array.from({ length: count }, (_, index) => named(index * 10, `${index}`));
        const told = toldReigns(all, now * 10 + 5);
        expect(told.length).toBe(Math.min(count, 20));
        expect(told.map(({ version }) => version)).toContain(`${Math.min(now, count - 1)}`);
      }),
    );
  });
});
