import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Update, patches } from '../../src/checks/patches.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { DAY, NOON } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const REQUIRE = {
  installWithin: { critical: 'P14D', high: 'P14D', unknown: 'P14D', medium: 'P30D' },
  restartWithin: 'P7D',
  supportedSystem: 'required',
} as const;

const update = (more: Partial<Update> = {}): Update => ({
  id: 'KB5030219',
  title: 'Cumulative update',
  severity: 'critical',
  security: true,
  releasedAt: NOON - 20 * DAY,
  ...more,
});
const healthy = {
  missing: known<Update[]>([]),
  listsUpdatedAt: known(NOON - DAY),
  restartRequired: known(false),
  system: known<{ label: string; ends: string | null }>({ label: 'Windows 11 23H2', ends: '2026-11-22' }),
};

describe('a missing update', () => {
  it.each<[string, Update, Record<string, number>, string]>([
    ['released longer ago than allowed', update(), {}, 'fail'],
    ['released to the day as long ago', update({ releasedAt: NOON - 14 * DAY }), {}, 'pass'],
    ['released a moment longer ago', update({ releasedAt: NOON - 14 * DAY - 1 }), {}, 'fail'],
    ['of a severity with more time', update({ severity: 'medium' }), {}, 'pass'],
    ['of a severity without a limit', update({ severity: 'low', releasedAt: 0 }), {}, 'pass'],
    ['of a severity that nobody tells', update({ severity: 'unknown' }), {}, 'fail'],
    ['that mends no vulnerability', update({ security: false, releasedAt: 0 }), {}, 'pass'],
    ['of which no date is told, just seen', update({ releasedAt: null }), {}, 'pass'],
    [
      'of which no date is told, seen long ago',
      update({ releasedAt: null }),
      { 'update/KB5030219': NOON - 15 * DAY },
      'fail',
    ],
    ['released before it was seen', update(), { 'update/KB5030219': NOON }, 'fail'],
  ])('%s', (_, missing, since, expected) => {
    const judged = judge('patches', REQUIRE, { ...healthy, missing: known([missing]) }, { since });
    expect(inShort(judged)).toEqual([`device ${expected}`]);
  });

  it('names a few of many', () => {
    const many = Array.from({ length: 500 }, (_, n) => update({ id: `KB${n}`, title: `Update ${n}` }));
    const [judged] = judge('patches', REQUIRE, { ...healthy, missing: known(many) });
    expect(judged?.observed).toMatchObject({ missing: 500, overdue: 500 });
    expect(judged?.observed['overdueUpdates']).toHaveLength(10);
  });
});

describe('the updates of a device', () => {
  it.each<[string, Partial<Record<keyof typeof healthy, unknown>>, string]>([
    ['are all there', {}, 'device pass'],
    ['cannot be told', { missing: unknown('service-down') }, 'device unknown (service-down)'],
    ['were asked for too long ago', { listsUpdatedAt: known(NOON - 7 * DAY - 1) }, 'device unknown (stale)'],
    ['were asked for in time', { listsUpdatedAt: known(NOON - 7 * DAY) }, 'device pass'],
    [
      'were asked for nobody knows when',
      { listsUpdatedAt: unknown('source-missing') },
      'device unknown (source-missing)',
    ],
    ['are overdue by an old list even so', { missing: known([update()]), listsUpdatedAt: known(0) }, 'device fail'],
    ['wait for a restart', { restartRequired: known(true) }, 'device pass'],
    ['wait for a restart, or not', { restartRequired: unknown('access-denied') }, 'device unknown (access-denied)'],
    [
      'are for a system in its last day of support',
      { system: known({ label: 'x', ends: '2026-11-22' }) },
      'device pass',
    ],
    ['are for a system out of support', { system: known({ label: 'x', ends: '2026-11-21' }) }, 'device fail'],
    ['are for a system without an end', { system: known({ label: 'x', ends: null }) }, 'device pass'],
    [
      'are for a system that is in no list',
      { system: unknown('not-in-support-list') },
      'device unknown (not-in-support-list)',
    ],
    [
      'fail, whatever else is unknown',
      { missing: known([update()]), restartRequired: unknown('stale'), system: unknown('stale') },
      'device fail',
    ],
  ])('%s', (_, change, expected) => {
    expect(inShort(judge('patches', REQUIRE, { ...healthy, ...change }))).toEqual([expected]);
  });

  it('are late when the restart is', () => {
    const facts = { ...healthy, restartRequired: known(true) };
    const verdict = (days: number) =>
      inShort(judge('patches', REQUIRE, facts, { since: { restart: NOON - days * DAY } }));
    expect(verdict(7)).toEqual(['device pass']);
    expect(verdict(7.1)).toEqual(['device fail']);
  });

  it('that are not demanded are not judged', () => {
    const broken = {
      missing: unknown('stale'),
      listsUpdatedAt: unknown('stale'),
      restartRequired: unknown('stale'),
      system: unknown('stale'),
    };
    expect(inShort(judge('patches', {}, broken))).toEqual(['device pass']);
    expect(inShort(judge('patches', { restartWithin: 'P1D' }, { ...broken, restartRequired: known(false) }))).toEqual([
      'device pass',
    ]);
  });

  it('that are overdue never pass by waiting', () => {
    const ages = fc.nat(60 * DAY);
    fc.assert(
      fc.property(ages, ages, ages, fc.constantFrom('critical', 'medium', 'low'), (age, restart, later, severity) => {
        const facts = {
          ...healthy,
          missing: known([update({ severity, releasedAt: NOON - age })]),
          restartRequired: known(true),
        };
        const at = (now: number) =>
          judge('patches', REQUIRE, facts, { now, since: { restart: NOON - restart } })[0]?.verdict;
        fc.pre(at(NOON) === 'fail');
        expect(at(NOON + later)).toBe('fail');
      }),
      { numRuns: 50 },
    );
  });

  it('are timed each by itself, and the restart', () => {
    const facts = { ...healthy, missing: known([update()]), restartRequired: known(true) };
    expect(patches.timed(facts)).toEqual(['update/KB5030219', 'restart']);
  });
});
