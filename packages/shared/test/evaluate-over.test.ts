import { describe, expect, it } from 'vitest';
import type { Observation } from '../src/checks/observation.ts';
import { evaluateOver } from '../src/evaluate.ts';
import type { PolicyDocument, Rule } from '../src/policy/document.ts';
import type { Authorisation } from '../src/authorisations/authorisation.ts';
import { known } from '../src/findings/verdict.ts';
import { laptop, NOON } from './devices.ts';

const HOUR = 3_600_000;
const rule = (severity: Rule['severity'], more: Partial<Rule> = {}): Rule => ({
  id: 'sticks',
  clause: '5.9',
  says: 'No sticks.',
  check: 'removable-media',
  require: { allow: 'none' },
  severity,
  mode: 'report',
  exemptions: [{ kind: 'emergency-plan', approver: 'siro', maximum: 'P30D' }],
  ...more,
});
const version = (name: string, one: Rule): PolicyDocument => ({
  beadlePolicy: 1,
  title: 'Sticks',
  organisation: 'Test Council',
  version: name,
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'siro',
  rules: [one],
});
const policies = [
  { from: NOON - 10 * HOUR, policy: version('1', rule('low')) },
  { from: NOON - 5 * HOUR, policy: version('2', rule('high')) },
  { from: NOON + 5 * HOUR, policy: version('3', rule('critical')) },
];

const plugged = (at: number, encrypted = true) => ({
  at: new Date(at).toISOString(),
  medium: { subject: 'S1', serial: 'S1', kind: 'storage', model: 'Stick', bytes: 1, encrypted: known(encrypted) },
});
function judge(at: number, more: Partial<Parameters<typeof evaluateOver>[0]> = {}, encrypted = true) {
  const sticks: Observation = { facts: known({ present: known([]) }), events: [plugged(at, encrypted)] };
  const judged = evaluateOver({
    policies,
    device: laptop,
    observations: new Map([['removable-media', sticks]]),
    since: new Map(),
    now: NOON,
    ...more,
  });
  return judged
    .filter(({ kind, rule: { id } }) => kind === 'event' && id === 'sticks')
    .map(({ policyVersion, severity, verdict, reason, subject }) => ({
      policyVersion,
      severity,
      verdict,
      reason,
      subject,
    }));
}

const authorisation = (more: Partial<Authorisation> = {}): Authorisation => ({
  ref: 'AU-2026-000001',
  kind: 'emergency-plan',
  validFrom: new Date(NOON - 24 * HOUR).toISOString(),
  validTo: new Date(NOON + HOUR).toISOString(),
  scope: { sticks: [' s1 '], encryptedOnly: true },
  ...more,
});

describe('what happened', () => {
  it('is judged by the version of its own time', () => {
    expect(judge(NOON - 6 * HOUR)).toMatchObject([{ policyVersion: '1', severity: 'low', verdict: 'fail' }]);
    expect(judge(NOON - 1)).toMatchObject([{ policyVersion: '2', severity: 'high', verdict: 'fail' }]);
  });

  it('before there was a policy is on record and judged by none', () => {
    expect(judge(NOON - 11 * HOUR)).toMatchObject([{ verdict: 'unknown', reason: 'no-policy', subject: 'S1' }]);
  });

  it('is judged by a version to come once its time has come, without a server', () => {
    expect(judge(NOON + 6 * HOUR, { now: NOON + 6 * HOUR })).toMatchObject([
      { policyVersion: '3', severity: 'critical' },
    ]);
  });

  it('is no earlier for a clock that was put back', () => {
    expect(judge(NOON - 6 * HOUR, { reached: NOON - HOUR })).toMatchObject([{ policyVersion: '2' }]);
  });
});

describe('an authorisation', () => {
  const excused = [{ verdict: 'exempt', reason: 'authorised' }];
  const failing = [{ verdict: 'fail' }];
  it.each<[string, Partial<Authorisation>, object[]]>([
    ['for this stick', {}, excused],
    ['of another kind', { kind: 'trial' }, failing],
    ['for another stick', { scope: { sticks: ['S2'] } }, failing],
    ['that names no stick', { scope: {} }, failing],
    ['for another rule', { scope: { sticks: ['S1'], rules: ['printing'] } }, failing],
    ['that has ended', { validTo: new Date(NOON - 1).toISOString() }, failing],
    ['that begins later', { validFrom: new Date(NOON + 1).toISOString() }, failing],
    ['longer than the rule allows', { validFrom: '2026-01-01T00:00:00Z', validTo: '2027-01-01T00:00:00Z' }, failing],
  ])('%s', (_, change, expected) => {
    expect(judge(NOON, { authorisations: [authorisation(change)] })).toMatchObject(expected);
  });

  it('for encrypted sticks does not excuse a plain one', () => {
    expect(judge(NOON, { authorisations: [authorisation()] }, false)).toMatchObject(failing);
  });

  it('does not come to life again by a clock that is put back', () => {
    expect(judge(NOON, { authorisations: [authorisation()], reached: NOON + 2 * HOUR })).toMatchObject(failing);
  });
});
