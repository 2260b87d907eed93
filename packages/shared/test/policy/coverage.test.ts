import { describe, expect, it } from 'vitest';
import { coverageOfPolicy } from '../../src/policy/coverage.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { dacorum } from './policies.ts';

type Clause = NonNullable<PolicyDocument['clauses']>[number];

const policyOf = (modes: readonly ('observe' | 'report' | 'off')[], served?: Clause['served']): PolicyDocument => {
  const [rule] = dacorum().rules;
  if (rule === undefined) throw new Error('no rule');
  return {
    ...dacorum(),
    rules: modes.map((mode, index) => ({ ...rule, id: `r${index}`, clause: '5.9', says: 'the rule', mode })),
    clauses: served === undefined ? [] : [{ clause: '5.9', says: 'the clause', served, note: 'the rest' }],
  };
};

describe('how a clause is kept', () => {
  it.each<[Parameters<typeof policyOf>[0], Clause['served'] | undefined, string]>([
    [['report'], undefined, 'kept'],
    [['observe'], undefined, 'kept'],
    [['off'], undefined, 'off'],
    [['off', 'report'], undefined, 'kept'],
    [['report', 'off'], undefined, 'kept'],
    [['report'], 'part', 'kept-in-part'],
    [['report'], 'later', 'kept-in-part'],
    [['off'], 'part', 'off'],
    [['off'], 'record', 'record'],
    [['off'], 'procedure', 'procedure'],
    [[], 'part', 'kept-in-part'],
    [[], 'later', 'later'],
    [[], 'response', 'response'],
    [['off', 'off'], 'part', 'off'],
  ])('by rules in %j, and listed as %s, is told as %s', (modes, served, expected) => {
    const [clause] = coverageOfPolicy(policyOf(modes, served));
    expect(clause).toMatchObject({ clause: '5.9', how: expected, note: served === undefined ? null : 'the rest' });
    expect(clause?.rules.map(({ mode }) => mode)).toEqual(modes);
  });
});

describe('a clause whose rule names a check that cannot be made yet', () => {
  const later = (served?: Clause['served']) => {
    const policy = policyOf(['report'], served);
    const rules = policy.rules.map((rule) => ({ ...rule, check: 'of-tomorrow' as 'software' }));
    return coverageOfPolicy({ ...policy, rules })[0]?.how;
  };
  it('waits for it', () => expect([later(), later('part'), later('record')]).toEqual(['later', 'later', 'record']));
});

describe('the coverage of a policy', () => {
  it('goes by the numbers of the clauses, and what has no number comes last', () => {
    const clauses = coverageOfPolicy(dacorum()).map(({ clause }) => clause);
    expect(clauses.slice(0, 4)).toEqual(['1', '2', '2.1', '2.2']);
    expect(clauses.indexOf('5.10')).toBeGreaterThan(clauses.indexOf('5.9'));
    expect(clauses.at(-1)).toBe('Appendix 1');
  });

  it('shows the clause that is switched off as such', () => {
    const visit = coverageOfPolicy(dacorum()).find(({ clause }) => clause === '5.23');
    expect(visit).toMatchObject({ how: 'off', rules: [{ id: 'office-visit', mode: 'off' }] });
  });

  it('names both rules of a clause that two serve', () => {
    const encryption = coverageOfPolicy(dacorum()).find(({ clause }) => clause === '5.9');
    expect(encryption).toMatchObject({
      how: 'kept-in-part',
      rules: [{ id: 'laptop-encryption' }, { id: 'memory-sticks' }],
    });
  });
});
