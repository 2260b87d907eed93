import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../src/checks/registry.ts';
import { appearedEvents, type Observation, timedConditions } from '../src/checks/observation.ts';
import { evaluate, type EvaluateInput } from '../src/evaluate.ts';
import { known, REASON_CODES, unknown } from '../src/findings/verdict.ts';
import { IMPLIED_AGENT_HEALTH, type Rule } from '../src/policy/document.ts';
import { iso } from '../src/ports.ts';
import { DAY, laptop, NOON } from './devices.ts';
import { dacorum } from './policy/policies.ts';

const stick = {
  subject: 'S1',
  serial: 'S1',
  kind: 'storage',
  model: null,
  bytes: null,
  encrypted: known(false),
};
const arrival = { at: iso(NOON - 1000), medium: stick };
const volume = (state: string) => ({ name: 'C:', role: 'system', state: known(state), method: null, percent: null });

const HEALTHY: Record<string, Observation> = {
  'disk-encryption': { facts: known({ volumes: known([volume('on')]) }), events: [] },
  'removable-media': { facts: known({ present: known([]) }), events: [] },
  printing: { facts: known({ queues: known([]), jobs: known('told') }), events: [] },
  patches: {
    facts: known({
      missing: known([]),
      listsUpdatedAt: known(NOON),
      restartRequired: known(false),
      system: known({ label: 'x', ends: null }),
    }),
    events: [],
  },
  'asset-tag': { facts: known({ assetTag: known(null), serialNumber: known('PF3A1B2C') }), events: [] },
  'agent-health': { facts: known({ enrolled: true, dropped: known(0), clockSkewMs: known(0) }), events: [] },
};

const sticks: Rule = {
  id: 'sticks',
  clause: '5.9',
  says: 'S',
  check: 'removable-media',
  require: { allow: 'none' },
  severity: 'high',
};

interface Situation extends Partial<Omit<EvaluateInput, 'observations' | 'policy'>> {
  readonly rules?: readonly Rule[];
  readonly observations?: Record<string, Observation>;
}

function judged({ rules, observations = HEALTHY, ...rest }: Situation = {}): string[] {
  const policy = rules === undefined ? dacorum() : { ...dacorum(), rules: [...rules] };
  const input = { policy, device: laptop, since: new Map<string, number>(), now: NOON, ...rest };
  return evaluate({ ...input, observations: new Map(Object.entries(observations)) }).map(
    ({ rule, subject, kind, verdict, reason }) =>
      [rule.id, kind === 'event' ? 'event' : '', subject, verdict, reason ?? '']
        .filter((word) => word !== '')
        .join(' '),
  );
}

const withoutHealth = (all: readonly string[]) => all.filter((one) => !one.startsWith('agent-health'));

describe('a healthy laptop', () => {
  it("passes every rule of Dacorum's that covers it", () => {
    expect(judged()).toEqual([
      'laptop-encryption C: pass',
      'desktop-encryption device not-applicable not-covered',
      'memory-sticks device pass',
      'home-printing device pass',
      'security-updates device pass',
      'asset-tag device pass',
      'agent-health device pass',
    ]);
  });
});

describe('a rule', () => {
  const events = { 'removable-media': { facts: known({ present: known([stick]) }), events: [arrival] } };

  it('judges what happened', () => {
    expect(withoutHealth(judged({ rules: [sticks], observations: events }))).toEqual(['sticks event S1 fail']);
  });

  it('that is off is silent', () => {
    expect(withoutHealth(judged({ rules: [{ ...sticks, mode: 'off' }], observations: events }))).toEqual([]);
  });

  it('that does not cover the device does not apply, and says nothing of what happened', () => {
    const rules = [{ ...sticks, covers: { kinds: ['desktop' as const] } }];
    expect(withoutHealth(judged({ rules, observations: events }))).toEqual([
      'sticks device not-applicable not-covered',
    ]);
  });

  it('that may cover the device is unknown, and so is what happened, which is kept', () => {
    const rules = [{ ...sticks, covers: { location: 'off-site' as const } }];
    const device = { ...laptop, onCouncilNetwork: unknown('not-told') };
    expect(withoutHealth(judged({ rules, device, observations: events }))).toEqual([
      'sticks device unknown nothing-to-compare',
      'sticks event S1 unknown nothing-to-compare',
    ]);
  });

  it('whose facts are unknown is unknown, and what happened is kept', () => {
    const observations = { 'removable-media': { facts: unknown('not-understood'), events: [arrival] } };
    expect(withoutHealth(judged({ rules: [sticks], observations }))).toEqual([
      'sticks device unknown not-understood',
      'sticks event S1 unknown not-understood',
    ]);
  });

  it('whose check was not collected says nothing, which is not a pass', () => {
    expect(judged({ rules: [sticks], observations: {} })).toEqual([]);
  });

  it('of a check that this agent cannot make is unknown', () => {
    const rules = [{ ...sticks, check: 'software', require: { userInstalls: 'deny' } }];
    expect(withoutHealth(judged({ rules }))).toEqual(['sticks device unknown check-not-supported']);
  });

  it('that only the server can judge is left out', () => {
    const rules = [{ ...sticks, check: 'contact', require: { checkInAtMost: 'P21D' } }];
    expect(withoutHealth(judged({ rules }))).toEqual([]);
  });

  it('tells of a time of which nothing was kept', () => {
    const unseen = new Map([['removable-media', { from: NOON - DAY, to: NOON }]]);
    expect(withoutHealth(judged({ rules: [sticks], unseen }))).toEqual([
      'sticks device pass',
      'sticks event device unknown history-not-kept',
    ]);
  });

  it('is held to the age of its own conditions', () => {
    const rule = { ...sticks, check: 'disk-encryption', require: { protection: 'on', suspendedAtMost: 'P1D' } };
    const observations = { 'disk-encryption': { facts: known({ volumes: known([volume('suspended')]) }), events: [] } };
    const old = NOON - 2 * DAY;
    const verdict = (since: string) =>
      withoutHealth(judged({ rules: [rule], observations, since: new Map([[since, old]]) }));
    expect(verdict('disk-encryption/C:/suspended')).toEqual(['sticks C: fail']);
    expect(verdict('patches/C:/suspended')).toEqual(['sticks C: pass']);
  });
});

describe('agent-health', () => {
  const sick = {
    'agent-health': { facts: known({ enrolled: true, dropped: known(3), clockSkewMs: known(0) }), events: [] },
  };
  const own: Rule = { ...IMPLIED_AGENT_HEALTH, id: 'own', mode: 'off' };

  it('applies without a rule', () => {
    expect(judged({ rules: [], observations: sick })).toEqual(['agent-health device fail']);
  });

  it('cannot be switched off', () => {
    expect(judged({ rules: [own], observations: sick })).toEqual(['own device fail']);
  });

  it('goes by the own rule of a policy, where there is one', () => {
    expect(judged({ rules: [{ ...own, mode: 'report', require: {} }], observations: sick })).toEqual([
      'own device pass',
    ]);
  });
});

describe('what is unknown', () => {
  it('gives neither a pass nor a fail, whatever the reason and the check', () => {
    const names = CHECKS.map(({ name }) => name);
    fc.assert(
      fc.property(fc.subarray(names), fc.constantFrom(...REASON_CODES), (blind, reason) => {
        const observations = Object.fromEntries(
          Object.entries(HEALTHY).map(([name, seen]) => [
            name,
            blind.some((one) => one === name) ? { facts: unknown(reason), events: [] } : seen,
          ]),
        );
        const rules = dacorum().rules.filter(({ id }) => id !== 'desktop-encryption');
        const verdicts = judged({ rules, observations });
        const expected = rules.filter(({ check, mode }) => mode !== 'off' && blind.some((one) => one === check));
        expect(verdicts.filter((one) => one.includes(' unknown '))).toEqual(
          expected.map(({ id }) => `${id} device unknown ${reason}`),
        );
        expect(verdicts.filter((one) => one.includes(' fail'))).toEqual([]);
      }),
    );
  });

  it('inside of facts gives neither, for each fact by itself', () => {
    const facts = Object.entries(HEALTHY).flatMap(([check, { facts: whole }]) =>
      'known' in whole
        ? Object.entries(whole.known as object).flatMap(([name, fact]) =>
            typeof fact === 'object' ? [[check, name] as const] : [],
          )
        : [],
    );
    // A tag in firmware counts only where there is no serial number; queues of printers are judged without jobs.
    const counted = facts.filter(([, name]) => name !== 'assetTag');
    for (const [check, name] of counted) {
      const before = HEALTHY[check]?.facts;
      const seen =
        before !== undefined && 'known' in before ? { ...(before.known as object), [name]: unknown('stale') } : {};
      const observations = { ...HEALTHY, [check]: { facts: known(seen), events: [] } };
      const ofCheck = dacorum().rules.find((rule) => rule.check === check)?.id ?? '';
      expect(judged({ observations }).filter((one) => one.startsWith(ofCheck))).toEqual([
        `${ofCheck} device unknown stale`,
      ]);
    }
  });
});

describe('conditions', () => {
  const observations = new Map<string, Observation>([
    ['disk-encryption', { facts: known({ volumes: known([volume('suspended')]) }), events: [] }],
    ['removable-media', { facts: known({ present: known([stick]) }), events: [] }],
    ['patches', { facts: unknown('stale'), events: [] }],
    ['of-tomorrow', { facts: known({}), events: [] }],
  ]);

  it('are named with their check', () => {
    expect(timedConditions(observations)).toEqual(['disk-encryption/C:/suspended', 'removable-media/S1']);
  });

  it('that have appeared are events, once', () => {
    const first = appearedEvents(observations, new Map(), NOON);
    expect([...first]).toEqual([['removable-media', [{ at: iso(NOON), medium: stick }]]]);
    const again = appearedEvents(observations, new Map([['removable-media/S1', NOON]]), NOON + 1000);
    expect([...again]).toEqual([['removable-media', []]]);
  });
});
