import { describe, expect, it } from 'vitest';
import { agentHealth } from '../../src/checks/agent-health.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { iso } from '../../src/ports.ts';
import { NOON } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const REQUIRE = { chain: 'intact', clockSkewAtMost: 'PT10M', dropped: 'none' };
const healthy = { enrolled: true, dropped: known(0), clockSkewMs: known(0) };

describe('the health of an agent', () => {
  it.each<[string, object, string]>([
    ['is good', {}, 'device pass'],
    [
      'is of no concern before it is enrolled',
      { enrolled: false, dropped: known(9) },
      'device not-applicable (not-enrolled)',
    ],
    ['is good with a clock ten minutes fast', { clockSkewMs: known(600_000) }, 'device pass'],
    ['is bad with a clock that is faster', { clockSkewMs: known(600_001) }, 'device fail'],
    ['is bad with a clock that is slower', { clockSkewMs: known(-600_001) }, 'device fail'],
    [
      'is unknown without a clock to compare with',
      { clockSkewMs: unknown('nothing-to-compare') },
      'device unknown (nothing-to-compare)',
    ],
    ['is bad where findings were dropped', { dropped: known(1) }, 'device fail'],
    ['is unknown where nobody can count them', { dropped: unknown('source-failed') }, 'device unknown (source-failed)'],
    ['is bad where its scripts are not let run', { hindered: 'constrained-language' }, 'device fail'],
    [
      'is bad where findings were dropped, whatever the clock',
      { dropped: known(1), clockSkewMs: unknown('nothing-to-compare') },
      'device fail',
    ],
  ])('%s', (_, change, expected) => {
    expect(inShort(judge('agent-health', REQUIRE, { ...healthy, ...change }))).toEqual([expected]);
  });

  const event = { at: iso(NOON), cause: 'server-restored' as const, from: 3, to: 9 };

  it('tells of a break in the chain that left no gap', () => {
    const judged = judge('agent-health', REQUIRE, healthy, { events: [event] });
    expect(inShort(judged)).toEqual(['device pass', 'event device fail']);
    expect(judged[1]?.observed).toEqual({ cause: 'server-restored', from: 3, to: 9 });
    expect(agentHealth.identify?.(event)).toMatchObject({ key: 'server-restored/3', at: NOON });
  });

  it('is bad where its scripts are not let run, whatever the rule asks for', () => {
    const [judged] = judge('agent-health', {}, { ...healthy, hindered: 'scripts-blocked' });
    expect(judged).toMatchObject({ verdict: 'fail', observed: { hindered: 'scripts-blocked' } });
  });

  it('is bad where the agent has stopped a source, and names it with the figure', () => {
    const over = { resource: 'processor', used: 61.2, budget: 60, window: 'hour', budgetOf: 'source' } as const;
    const overBudget = [
      { ...over, name: 'linux/apt-pending' },
      { ...over, name: 'linux/zfs', budgetOf: 'agent', used: 870, budget: 900, window: 'day' } as const,
      { ...over, name: 'agent', budgetOf: 'agent', resource: 'disk', used: 65, budget: 64, window: 'day' } as const,
    ];
    const [judged] = judge('agent-health', {}, { ...healthy, overBudget });
    expect(judged).toMatchObject({
      verdict: 'fail',
      observed: {
        overBudget: [
          'linux/apt-pending: 61.2 of 60 s of processor time in an hour',
          'linux/zfs: 870 of 900 s of processor time in a day, by everything together',
          'agent: 65 of 64 MiB of disk in a day',
        ],
      },
    });
  });

  it('is silent about the chain where the rule is', () => {
    expect(inShort(judge('agent-health', {}, healthy, { events: [event] }))).toEqual(['device pass']);
  });
});
