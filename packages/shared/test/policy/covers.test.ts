import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEVICE_KINDS, POPULATIONS } from '../../src/checks/check.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { coverageOf } from '../../src/policy/covers.ts';
import type { Covers } from '../../src/policy/document.ts';
import { laptop } from '../devices.ts';

const atHome = { ...laptop, onCouncilNetwork: known(false) };
const nobodyKnows = { ...laptop, onCouncilNetwork: unknown('not-told'), kind: null, population: null };

describe('a rule covers', () => {
  it.each<[Covers | undefined, typeof laptop, string]>([
    [undefined, laptop, 'covered'],
    [{}, laptop, 'covered'],
    [{ kinds: ['laptop', 'desktop'] }, laptop, 'covered'],
    [{ kinds: ['desktop'] }, laptop, 'not-covered'],
    [{ kinds: ['desktop'] }, { ...laptop, kind: null }, 'cannot-tell'],
    [{ populations: ['all'] }, { ...laptop, population: null }, 'covered'],
    [{ populations: ['councillor'] }, laptop, 'not-covered'],
    [{ populations: ['employee'] }, { ...laptop, population: null }, 'cannot-tell'],
    [{ groups: ['Finance', 'Housing'] }, laptop, 'covered'],
    [{ groups: ['Finance'] }, laptop, 'not-covered'],
    [{ location: 'any' }, { ...laptop, onCouncilNetwork: unknown('not-told') }, 'covered'],
    [{ location: 'on-site' }, laptop, 'covered'],
    [{ location: 'off-site' }, laptop, 'not-covered'],
    [{ location: 'off-site' }, atHome, 'covered'],
    [{ location: 'off-site' }, { ...laptop, onCouncilNetwork: unknown('not-told') }, 'cannot-tell'],
    [{ kinds: ['desktop'], location: 'off-site' }, { ...laptop, onCouncilNetwork: unknown('not-told') }, 'not-covered'],
    [{ kinds: ['laptop'], location: 'off-site' }, { ...laptop, onCouncilNetwork: unknown('not-told') }, 'cannot-tell'],
  ])('%j', (covers, device, expected) => expect(coverageOf(covers, device)).toBe(expected));

  const covers: fc.Arbitrary<Covers> = fc.record(
    {
      kinds: fc.subarray([...DEVICE_KINDS], { minLength: 1 }),
      populations: fc.subarray(['all' as const, ...POPULATIONS], { minLength: 1 }),
      location: fc.constantFrom('any' as const, 'on-site' as const, 'off-site' as const),
    },
    { requiredKeys: [] },
  );

  it('never says "not covered" of a device of which nothing is known', () => {
    fc.assert(
      fc.property(covers, (one) => {
        expect(coverageOf(one, nobodyKnows)).not.toBe('not-covered');
      }),
    );
  });

  it('at the most what it covered before, when it is narrowed', () => {
    fc.assert(
      fc.property(covers, covers, (a, b) => {
        fc.pre(coverageOf(a, laptop) === 'not-covered');
        expect(coverageOf({ ...b, ...a }, laptop)).toBe('not-covered');
      }),
    );
  });
});
