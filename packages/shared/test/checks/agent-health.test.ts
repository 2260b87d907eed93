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

  it('is silent about the chain where the rule is', () => {
    expect(inShort(judge('agent-health', {}, healthy, { events: [event] }))).toEqual(['device pass']);
  });
});
