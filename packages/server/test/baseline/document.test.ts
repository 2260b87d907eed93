import { readPolicy } from '@beadle/shared/policy/read';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextVersion, withAdditions } from '../../src/baseline/document.ts';
import { LISTS } from '../../src/baseline/proposals.ts';
import { POLICY } from './policy.ts';

describe('the file of a baseline', () => {
  it('differs from the policy in its version and those lists alone, whatever is added', () => {
    const addition = fc.record({
      rule: fc.constant('accounts'),
      list: fc.constant('localAdministrators' as const),
      value: fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme-ascii' }),
    });
    const read = (text: string) => {
      const reading = readPolicy(text);
      if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
      return reading.policy;
    };
    fc.assert(
      fc.property(fc.array(addition, { maxLength: 8 }), (additions) => {
        const { source } = withAdditions(POLICY, additions, '2');
        const [before, after] = [read(POLICY), read(source)];
        const rest = ({ rules, ...others }: typeof before) => [
          { ...others, version: '' },
          rules.map(({ require, ...rule }) => [
            rule,
            Object.entries(require).filter(([name]) => !(LISTS as readonly string[]).includes(name)),
          ]),
        ];
        expect(rest(after)).toEqual(rest(before));
        for (const { rule, list, value } of additions)
          expect(after.rules.find(({ id }) => id === rule)?.require[list]).toContain(value);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['encryption', 'protection', 'off'],
    ['printing', 'councilPrinters', '*'],
  ])('refuses to add to anything else, such as %s', (rule, list, value) => {
    const wrong = { rule, list, value } as never;
    expect(() => withAdditions(POLICY, [wrong], '2')).toThrow('the list of administrators only');
  });

  it('has a version of its own', () => {
    expect(nextVersion('2026.1', [])).toBe('2026.1-baseline-1');
    expect(nextVersion('2026.1-baseline-1', ['2026.1-baseline-1'])).toBe('2026.1-baseline-2');
  });
});
