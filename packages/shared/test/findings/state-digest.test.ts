import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsState, stateDigest } from '../../src/findings/state-digest.ts';
import { VERDICTS } from '../../src/findings/verdict.ts';

const text = fc.string({ unit: 'grapheme' });
const states = fc.uniqueArray(
  fc.record({ rule: text, subject: text, verdict: fc.constantFrom(...VERDICTS), policyVersion: text }),
  { selector: ({ rule, subject }) => JSON.stringify([rule, subject]), maxLength: 20 },
);

describe('the digest of the states', () => {
  it('does not depend on their order', () => {
    fc.assert(
      fc.property(states, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const shuffled = all
          .map((state) => ({ state, key: numbers.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ state }) => state);
        expect(stateDigest(shuffled)).toBe(stateDigest(all));
      }),
    );
  });

  it('changes with any of them', () => {
    fc.assert(
      fc.property(
        states,
        fc.nat(),
        fc.constantFrom('rule', 'subject', 'verdict', 'policyVersion'),
        (all, which, key) => {
          fc.pre(all.length > 0);
          const index = which % all.length;
          const changed = all.map((state, at) => (at === index ? { ...state, [key]: `${state[key]}x` } : state));
          expect(stateDigest(changed)).not.toBe(stateDigest(all));
          expect(stateDigest(all.filter((_, at) => at !== index))).not.toBe(stateDigest(all));
        },
      ),
    );
  });

  it('does not take one field for the end of another', () => {
    const base = { verdict: 'pass', policyVersion: '1' };
    expect(stateDigest([{ ...base, rule: 'a', subject: 'bc' }])).not.toBe(
      stateDigest([{ ...base, rule: 'ab', subject: 'c' }]),
    );
    expect(stateDigest([{ ...base, rule: 'a","b', subject: 'c' }])).not.toBe(
      stateDigest([{ ...base, rule: 'a', subject: 'b","c' }]),
    );
  });

  it('of nothing is the digest of nothing', () => expect(stateDigest([])).toBe(hash('sha256', '')));
});

describe('a state ends', () => {
  it.each([
    ['not-applicable', 'gone', true],
    ['not-applicable', 'rule-ended', true],
    ['not-applicable', 'not-covered', false],
    ['not-applicable', null, false],
    ['unknown', 'gone', false],
    ['pass', undefined, false],
  ])('with %s because %s: %s', (verdict, reason, expected) => expect(endsState(verdict, reason)).toBe(expected));
});
