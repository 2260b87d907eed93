import { DEFAULT_DEADLINES } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awareAtOf,
  type BreachClock,
  type ClockedBreach,
  clocksOf,
  type ExternalDecision,
} from '../../src/deadlines/breach-clocks.ts';
import { at, calendarOf, calendars, clock, moments } from './calendars.ts';

const england = { deadlines: DEFAULT_DEADLINES, calendar: calendarOf() };
const scotland = { deadlines: DEFAULT_DEADLINES, calendar: calendarOf({ nation: 'scotland' }) };
const shut = {
  deadlines: DEFAULT_DEADLINES,
  calendar: calendarOf({ closures: [{ first: '2026-12-24', last: '2027-01-01' }] }),
};

const nothing: ClockedBreach = {
  severity: 'high',
  kind: null,
  reportedAt: null,
  awareAt: null,
  notifiedAt: null,
  acknowledgedAt: null,
  confirmedBy: null,
  decisions: [],
};

const named = (clocks: readonly BreachClock[], name: string, reading: BreachClock['reading']) =>
  clocks.find((one) => one.name === name && one.reading === reading);
const minute = (ms: number | undefined) => (ms === undefined ? undefined : clock(ms).slice(0, 16));

describe('a breach is to be acknowledged', () => {
  it.each<[string, typeof england, ClockedBreach['severity'], string, string]>([
    // Critical is an hour by the clock: Saturday night is no excuse, nor is Christmas.
    ['within the hour at a weekend', england, 'critical', '2026-11-28 23:30', '2026-11-29 00:30'],
    ['within the hour at Christmas', shut, 'critical', '2026-12-25 10:00', '2026-12-25 11:00'],
    // The night of 25 October has the hour from one to two twice: an hour after half past one is half past one.
    ['within the hour as the clocks go back', england, 'critical', '2026-10-25 01:30', '2026-10-25 01:30'],
    // High is four working hours: what comes on Friday at three is due on Monday at eleven.
    ['in working hours over a weekend', england, 'high', '2026-11-27 15:00', '2026-11-30 11:00'],
    ['a day later where Monday is a bank holiday', scotland, 'high', '2026-11-27 15:00', '2026-12-01 11:00'],
    ['when the council is open again', shut, 'high', '2026-12-23 16:00', '2027-01-04 12:00'],
    // Medium is two working days, low five, to the close of business: neither counts the day itself.
    ['within two working days', england, 'medium', '2026-11-26 09:30', '2026-11-30 17:00'],
    ['of which Boxing Day, kept on a Monday, is none', england, 'medium', '2026-12-24 09:30', '2026-12-30 17:00'],
    ['within five working days over Easter', england, 'low', '2026-04-01 12:00', '2026-04-10 17:00'],
    ['a day earlier in Scotland, which has no Easter Monday', scotland, 'low', '2026-04-01 12:00', '2026-04-09 17:00'],
  ])('%s', (_, timing, severity, notified, due) => {
    const clocks = clocksOf({ ...nothing, severity, notifiedAt: at(notified) }, timing, at(notified));
    const found = named(clocks, 'acknowledgement', 'notified');
    expect(minute(found?.due)).toBe(due);
    expect(found).toMatchObject({ from: at(notified), state: 'running', decisions: [] });
  });

  const notifiedAt = at('2026-11-25 10:00');
  it.each<[string, BreachClock['state'], string | null, string]>([
    ['before it is due', 'running', null, '2026-11-25 13:59'],
    ['in the minute that it is due', 'running', null, '2026-11-25 14:00'],
    ['a minute later', 'missed', null, '2026-11-25 14:01'],
    ['acknowledged in time', 'met', '2026-11-25 11:00', '2026-11-30 09:00'],
    ['acknowledged when it was due', 'met', '2026-11-25 14:00', '2026-11-30 09:00'],
    ['acknowledged too late', 'missed', '2026-11-25 14:01', '2026-11-30 09:00'],
  ])('%s it is %s', (_, state, acknowledged, now) => {
    const acknowledgedAt = acknowledged === null ? null : at(acknowledged);
    const clocks = clocksOf({ ...nothing, notifiedAt, acknowledgedAt }, england, at(now));
    expect(named(clocks, 'acknowledgement', 'notified')?.state).toBe(state);
  });

  it('by nobody where it is for information, or before anybody was notified', () => {
    expect(clocksOf({ ...nothing, severity: 'info', notifiedAt }, england, notifiedAt).map(({ name }) => name)).toEqual(
      ['article-33'],
    );
    expect(clocksOf(nothing, england, notifiedAt)).toEqual([]);
  });
});

describe('the regulator is told within 72 hours', () => {
  // A laptop was found to be missing on Friday evening; the office read of it on Monday, and the DPO was sure at noon.
  const friday: ClockedBreach = {
    ...nothing,
    kind: 'lost',
    reportedAt: at('2026-11-27 18:00'),
    notifiedAt: at('2026-11-27 18:01'),
    awareAt: at('2026-11-30 12:00'),
  };

  it('of the clock, over the weekend, from both readings', () => {
    const clocks = clocksOf(friday, england, at('2026-11-30 12:00'));
    expect(minute(named(clocks, 'article-33', 'aware')?.due)).toBe('2026-12-03 12:00');
    expect(minute(named(clocks, 'article-33', 'reported')?.due)).toBe('2026-11-30 18:00');
  });

  it('of elapsed time where the clocks change', () => {
    const spring = { ...nothing, reportedAt: at('2026-03-27 12:00') };
    const due = named(clocksOf(spring, england, spring.reportedAt), 'article-33', 'reported')?.due;
    expect(minute(due)).toBe('2026-03-30 13:00');
  });

  it('through Christmas, whatever is closed', () => {
    const christmas = { ...nothing, reportedAt: at('2026-12-24 16:00') };
    const due = named(clocksOf(christmas, shut, christmas.reportedAt), 'article-33', 'reported')?.due;
    expect(minute(due)).toBe('2026-12-27 16:00');
  });

  const decided = (outcome: ExternalDecision['outcome'], when: string): ExternalDecision => ({
    about: 'article-33',
    at: at(when),
    outcome,
  });
  const states = (decisions: readonly ExternalDecision[], now: string) =>
    ['aware', 'reported'].map(
      (reading) => named(clocksOf({ ...friday, decisions }, england, at(now)), 'article-33', reading as 'aware')?.state,
    );

  it.each<[string, readonly ExternalDecision[], string, string[]]>([
    ['nobody was told yet', [], '2026-11-30 17:00', ['running', 'running']],
    ['the stricter reading has run out', [], '2026-12-01 09:00', ['running', 'missed']],
    ['both have', [], '2026-12-03 12:01', ['missed', 'missed']],
    ['it was told in time by both', [decided('told', '2026-11-30 15:00')], '2026-12-09 09:00', ['met', 'met']],
    ['it was told in time by one', [decided('told', '2026-12-01 15:00')], '2026-12-09 09:00', ['met', 'missed']],
    ['it was told too late', [decided('told', '2026-12-04 15:00')], '2026-12-09 09:00', ['missed', 'missed']],
    // A decision is no notification: the time runs on, and runs out, beside it.
    [
      'it is not to be told',
      [decided('not-to-be-told', '2026-11-30 13:00')],
      '2026-11-30 17:00',
      ['running', 'running'],
    ],
    ['nor was it later', [decided('not-to-be-told', '2026-11-30 13:00')], '2026-12-09 09:00', ['missed', 'missed']],
    [
      'it was decided against, then told',
      [decided('not-to-be-told', '2026-11-30 13:00'), decided('told', '2026-12-02 09:00')],
      '2026-12-09 09:00',
      ['met', 'missed'],
    ],
    ['another was told', [{ about: 'initial', at: 0, outcome: 'told' }], '2026-11-30 17:00', ['running', 'running']],
  ])('%s', (_, decisions, now, expected) => expect(states(decisions, now)).toEqual(expected));

  it('and others in the time that a policy names beside it', () => {
    const regulator = [...DEFAULT_DEADLINES.regulator, { name: 'initial', within: 'PT24H' }];
    const decisions = [{ about: 'initial', at: at('2026-11-28 09:00'), outcome: 'told' as const }];
    const clocks = clocksOf(
      { ...friday, decisions },
      { ...england, deadlines: { ...DEFAULT_DEADLINES, regulator } },
      at('2026-11-28 10:00'),
    );
    expect(clocks.map(({ name, reading, state }) => `${name} ${reading} ${state}`)).toEqual([
      'acknowledgement notified running',
      'article-33 aware running',
      'article-33 reported running',
      'initial aware met',
      'initial reported met',
    ]);
    expect(minute(named(clocks, 'initial', 'reported')?.due)).toBe('2026-11-28 18:00');
  });
});

describe('the council is aware', () => {
  const [first, second, third] = [1_000, 2_000, 3_000];
  it.each<[string, Partial<ClockedBreach>, number | null]>([
    ['never, where a device alone knows', {}, null],
    ['from the report', { reportedAt: first, notifiedAt: second }, first],
    ['from the notification where that came first', { reportedAt: second, notifiedAt: first }, first],
    ['from the notification of what a device found', { notifiedAt: second }, second],
    ['as the Data Protection Officer says', { reportedAt: first, notifiedAt: second, awareAt: third }, third],
  ])('%s', (_, part, expected) => expect(awareAtOf({ ...nothing, ...part })).toBe(expected));
});

describe('whatever is decided', () => {
  const outcomes = fc.constantFrom('told' as const, 'to-be-told' as const, 'not-to-be-told' as const);
  const decisions = fc.array(fc.record({ about: fc.constant('article-33'), at: moments, outcome: outcomes }));

  it('no clock moves, and the time of the regulator is 72 hours in every calendar', () => {
    fc.assert(
      fc.property(calendars, moments, moments, decisions, (calendar, reportedAt, now, all) => {
        const timing = { ...england, calendar };
        const breach = { ...nothing, reportedAt, notifiedAt: reportedAt };
        const dues = (some: ClockedBreach) => clocksOf(some, timing, now).map(({ due }) => due);
        expect(dues({ ...breach, decisions: all })).toEqual(dues(breach));
        for (const { from, due } of clocksOf(breach, timing, now).slice(1)) expect(due - from).toBe(72 * 3_600_000);
      }),
    );
  });

  it('a clock that has ended stays as it ended', () => {
    fc.assert(
      fc.property(moments, fc.array(fc.nat(200), { maxLength: 3 }), fc.nat(100), fc.nat(100), (from, told, a, b) => {
        const hours = (count: number) => from + count * 3_600_000;
        const all = told.map((count) => ({ about: 'article-33', at: hours(count), outcome: 'told' as const }));
        // What is recorded by a moment is all that can be known then.
        const stateAt = (now: number) =>
          named(
            clocksOf({ ...nothing, reportedAt: from, decisions: all.filter((one) => one.at <= now) }, england, now),
            'article-33',
            'reported',
          )?.state;
        const before = stateAt(hours(a));
        const later = stateAt(hours(a + b));
        expect(before === 'running' ? 'running' : later).toBe(before);
      }),
    );
  });
});
