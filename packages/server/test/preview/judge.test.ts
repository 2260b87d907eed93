import { known, unknown } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FleetDevice } from '../../src/preview/device.ts';
import { judgeDevice } from '../../src/preview/judge.ts';
import { planOf } from '../../src/preview/plan.ts';
import { quietPolicy } from '../support/quiet.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-04T08:32:00Z');
const WHEN = { now: NOW, factsAtMostMs: 14 * DAY };

const policy = (text: string) => {
  const reading = readPolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  return reading.policy;
};

const device = (given: Partial<FleetDevice> = {}): FleetDevice => ({
  assetTag: 'DBC-1',
  context: {
    kind: 'laptop',
    population: null,
    groups: [],
    onCouncilNetwork: unknown('not-told'),
    register: null,
    registeredSticks: null,
  },
  lastContactAt: NOW,
  facts: new Map(),
  states: [],
  open: [],
  events: [],
  authorisations: [],
  country: null,
  ...given,
});

const volumes = (...states: string[]) => ({
  at: NOW - DAY,
  facts: known({
    volumes: known(
      states.map((state, index) => ({
        name: `${index}:`,
        role: 'data',
        state: state === 'locked' ? unknown('locked') : known(state),
        method: null,
        percent: null,
      })),
    ),
  }),
});

const anyDevice = fc
  .record({
    states: fc.array(fc.constantFrom('on', 'off', 'suspended', 'encrypting', 'locked'), { minLength: 1, maxLength: 3 }),
    told: fc.array(
      fc.record({
        subject: fc.constantFrom('0:', '1:', 'device'),
        verdict: fc.constantFrom('fail' as const, 'unknown' as const),
        since: fc.integer({ min: NOW - 60 * DAY, max: NOW }),
      }),
      { maxLength: 2 },
    ),
    silentDays: fc.integer({ min: 0, max: 30 }),
    open: fc.boolean(),
  })
  .map(({ states, told, silentDays, open }) =>
    device({
      facts: new Map([['disk-encryption', volumes(...states)]]),
      lastContactAt: NOW - silentDays * DAY,
      states: told.map((one) => ({
        ...one,
        rule: 'laptop-encryption',
        check: 'disk-encryption',
        reason: one.verdict === 'unknown' ? 'access-denied' : null,
        severity: 'critical',
      })),
      open: open ? [{ rule: 'laptop-encryption', subject: '0:' }] : [],
    }),
  );

describe('what a policy would change on a device', () => {
  const observe = policy(quietPolicy());
  const report = policy(quietPolicy({ version: '2', mode: 'report' }));

  it('is nothing where it is the policy in force', () => {
    fc.assert(
      fc.property(anyDevice, fc.constantFrom(observe, report), (one, same) => {
        for (const rule of judgeDevice(one, planOf(same, same), WHEN).rules)
          expect([rule.before, rule.breaches, rule.ends, rule.events]).toEqual([rule.after, [], 0, []]);
      }),
    );
  });

  it('is no verdict where only the mode changes, and never a breach of what is not known', () => {
    fc.assert(
      fc.property(anyDevice, (one) => {
        for (const rule of judgeDevice(one, planOf(observe, report), WHEN).rules) {
          expect(rule.before).toBe(rule.after);
          expect(rule.reason === undefined).toBe(rule.after !== 'unknown');
          expect(rule.breaches.length > 0 && rule.after !== 'fail').toBe(false);
        }
      }),
    );
  });

  it('is no new breach where a rule that reports only watches', () => {
    fc.assert(
      fc.property(anyDevice, (one) => {
        const { rules } = judgeDevice(one, planOf(report, observe), WHEN);
        expect(rules.flatMap(({ breaches, events }) => [...breaches, ...events])).toEqual([]);
      }),
    );
  });

  it('is nothing for whom it is not written', () => {
    expect(judgeDevice(device(), planOf(observe, undefined), WHEN).rules).toEqual([]);
  });

  it('ends the breaches of a rule that it has no more', () => {
    const without = { ...report, rules: report.rules.filter(({ id }) => id !== 'laptop-encryption') };
    const one = device({
      facts: new Map([['disk-encryption', volumes('off')]]),
      open: [{ rule: 'laptop-encryption', subject: '0:' }],
    });
    const found = judgeDevice(one, planOf(report, without), WHEN).rules.find(
      ({ rule }) => rule === 'laptop-encryption',
    );
    expect(found).toMatchObject({ before: 'fail', after: 'not-applicable', ends: 1 });
  });

  it('brings nothing that an authorisation excuses', () => {
    const build = { kind: 'ict-build', approver: 'ict-administrator', maximum: 'P30D' } as const;
    const excusing = {
      ...report,
      rules: report.rules.map((rule) => (rule.id === 'laptop-encryption' ? { ...rule, exemptions: [build] } : rule)),
    };
    const authorisation = {
      ref: 'AU-2026-000001',
      kind: 'ict-build',
      validFrom: new Date(NOW - DAY).toISOString(),
      validTo: new Date(NOW + DAY).toISOString(),
      scope: {},
    };
    const one = device({ facts: new Map([['disk-encryption', volumes('off')]]), authorisations: [authorisation] });
    const [found] = judgeDevice(one, planOf(observe, excusing), WHEN).rules;
    expect(found).toMatchObject({ before: 'fail', after: 'exempt', breaches: [] });
  });
});
