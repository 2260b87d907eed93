import { describe, expect, it } from 'vitest';
import { nextStepOf } from '../../src/breaches/life/next-step.ts';

type Now = Parameters<typeof nextStepOf>[0];
const at = '2026-06-04T08:00:00.000Z';
const assessment = { personalData: 'yes', riskLikely: 'yes', highRisk: 'no' } as unknown as Now['assessment'];
const action = { id: 'a', title: 'Ask', owner: 'Kit', due: at, outcome: null, note: null, endedAt: null };

const suspected: Now = {
  triage: null,
  acknowledgedAt: null,
  containmentAskedAt: null,
  containedAt: null,
  endedAt: null,
  assessment: null,
  decisions: { regulator: null, individuals: null },
  actions: [],
  duty: 'holder',
  kind: 'event',
};
const decided: Now = { ...suspected, acknowledgedAt: at, triage: 'confirmed', containedAt: at, assessment };

describe('what comes next', () => {
  it.each<readonly [string, Now, string]>([
    ['one that nobody has seen', suspected, 'acknowledge'],
    ['one that somebody has seen', { ...suspected, acknowledgedAt: at }, 'decide'],
    ['a device that ICT has seen', { ...suspected, acknowledgedAt: at, duty: 'ict', kind: 'state' }, 'put-right'],
    ['one that is confirmed', { ...decided, containedAt: null, assessment: null }, 'contain'],
    ['one that is contained', { ...decided, assessment: null }, 'assess'],
    ['one that is assessed', decided, 'decide-regulator'],
    [
      'one of a high risk whose regulator is decided',
      {
        ...decided,
        assessment: { ...assessment, highRisk: 'unknown' } as Now['assessment'],
        decisions: { regulator: 'tell', individuals: null },
      },
      'decide-individuals',
    ],
    [
      'one with an action',
      { ...decided, decisions: { regulator: 'tell', individuals: null }, actions: [action] },
      'finish-action',
    ],
    ['a near miss', { ...suspected, acknowledgedAt: at, triage: 'near-miss' }, 'close'],
    ['one that has ended', { ...decided, endedAt: at }, 'none'],
  ])('for %s', (_what, now, step) => expect(nextStepOf(now).step).toBe(step));
});
