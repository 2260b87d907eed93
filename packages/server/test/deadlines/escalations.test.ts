import { DEFAULT_DEADLINES, type Escalation } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockedBreach } from '../../src/deadlines/breach-clocks.ts';
import { escalationsDue, escalationsOf } from '../../src/deadlines/escalations.ts';
import { at, calendarOf, calendars, clock, moments } from './calendars.ts';

const england = { deadlines: DEFAULT_DEADLINES, calendar: calendarOf() };
const scotland = { deadlines: DEFAULT_DEADLINES, calendar: calendarOf({ nation: 'scotland' }) };
const shut = {
  deadlines: DEFAULT_DEADLINES,
  calendar: calendarOf({ closures: [{ first: '2026-12-24', last: '2027-01-01' }] }),
};

const breachOf = (notified: string, part: Partial<ClockedBreach> = {}): ClockedBreach => ({
  severity: 'high',
  kind: null,
  reportedAt: null,
  awareAt: null,
  notifiedAt: at(notified),
  acknowledgedAt: null,
  confirmedBy: null,
  decisions: [],
  ...part,
});

const told = (breach: ClockedBreach, timing: typeof england) =>
  escalationsOf(breach, timing).map(({ to, due }) => `${to} ${clock(due).slice(0, 16)}`);

const critical = { severity: 'critical' } as const;
const confirmed = { ...critical, confirmedBy: 'A. Officer' } as const;

describe('a breach that nobody acknowledges goes', () => {
  it.each<[string, ClockedBreach, typeof england, string[]]>([
    [
      // Four working hours, then four more.
      'to the deputy, then to the SIRO, within a day and the next',
      breachOf('2026-11-25 09:00'),
      england,
      ['deputy 2026-11-25 13:00', 'siro 2026-11-26 09:00'],
    ],
    [
      // The SIRO's four hours end at the close of business, when nobody is there any more.
      'on the next morning where it falls due at the close of business',
      breachOf('2026-11-25 13:00'),
      england,
      ['deputy 2026-11-26 09:00', 'siro 2026-11-26 13:00'],
    ],
    ['over the weekend', breachOf('2026-11-27 15:00'), england, ['deputy 2026-11-30 11:00', 'siro 2026-11-30 15:00']],
    [
      "over the weekend and St Andrew's Day",
      breachOf('2026-11-27 15:00'),
      scotland,
      ['deputy 2026-12-01 11:00', 'siro 2026-12-01 15:00'],
    ],
    [
      'after Christmas, where Monday the 28th stands for Boxing Day',
      breachOf('2026-12-24 16:00'),
      england,
      ['deputy 2026-12-29 12:00', 'siro 2026-12-29 16:00'],
    ],
    ['after the closure', breachOf('2026-12-23 16:00'), shut, ['deputy 2027-01-04 12:00', 'siro 2027-01-04 16:00']],
    [
      // Its two working days end on Thursday at five; the deputy hears of it on Friday.
      'of medium severity, after two working days',
      breachOf('2026-11-24 10:00', { severity: 'medium' }),
      england,
      ['deputy 2026-11-27 09:00', 'siro 2026-11-27 13:00'],
    ],
    [
      'critical by day, an hour after the other',
      breachOf('2026-11-25 10:00', critical),
      england,
      ['deputy 2026-11-25 11:00', 'siro 2026-11-25 12:00'],
    ],
    [
      // What a device alone calls critical wakes nobody; and on Monday the deputy has an hour before the SIRO is told.
      'critical by the word of a device, on Monday',
      breachOf('2026-11-28 02:00', critical),
      england,
      ['deputy 2026-11-30 09:00', 'siro 2026-11-30 10:00'],
    ],
    [
      'critical as a person confirmed, at night',
      breachOf('2026-11-28 02:00', confirmed),
      england,
      ['deputy 2026-11-28 03:00', 'siro 2026-11-28 04:00'],
    ],
    [
      'critical as a person confirmed, on Christmas Day of a closed council',
      breachOf('2026-12-25 12:00', confirmed),
      shut,
      ['deputy 2026-12-25 13:00', 'siro 2026-12-25 14:00'],
    ],
    [
      // Confirmed, but high: its working hours are Monday's, and so is whoever is told.
      'high, though a person confirmed it, on Monday',
      breachOf('2026-11-28 02:00', { confirmedBy: 'A. Officer' }),
      england,
      ['deputy 2026-11-30 13:00', 'siro 2026-12-01 09:00'],
    ],
    [
      // Critical because the encryption of what was stolen is not known; nobody has confirmed anything.
      'stolen, at night',
      breachOf('2026-11-28 23:30', { ...critical, kind: 'stolen' }),
      england,
      ['deputy 2026-11-29 00:30', 'siro 2026-11-29 01:30'],
    ],
    [
      // Its time is in working hours, and ends at their close: then the deputy may be called at five.
      'lost, of high severity, at the close of business',
      breachOf('2026-11-27 13:00', { kind: 'lost' }),
      england,
      ['deputy 2026-11-27 17:00', 'siro 2026-11-30 13:00'],
    ],
    ['nowhere where it is for information', breachOf('2026-11-25 09:00', { severity: 'info' }), england, []],
    ['nowhere before anybody was notified', breachOf('2026-11-25 09:00', { notifiedAt: null }), england, []],
  ])('%s', (_, breach, timing, expected) => expect(told(breach, timing)).toEqual(expected));

  it('as a policy says, each step for the severities that it names', () => {
    const escalate: Escalation[] = [
      { to: 'director', after: 'P1D', counts: 'working', severities: ['low'] },
      { to: 'data-protection-officer', after: 'PT30M', counts: 'working' },
    ];
    const timing = { ...england, deadlines: { ...DEFAULT_DEADLINES, escalate } };
    expect(told(breachOf('2026-11-25 09:00'), timing)).toEqual(['data-protection-officer 2026-11-25 13:30']);
    expect(escalationsOf(breachOf('2026-11-25 09:00'), timing).map(({ step }) => step)).toEqual([1]);
  });

  it('at night for nothing, or for anything critical, where a policy says so', () => {
    const breach = breachOf('2026-11-28 02:00', critical);
    const by = (outOfHours: typeof DEFAULT_DEADLINES.outOfHours, one = breach) =>
      told(one, { ...england, deadlines: { ...DEFAULT_DEADLINES, outOfHours } })[0];
    expect(by([{ severities: ['critical'] }])).toBe('deputy 2026-11-28 03:00');
    expect(by([], { ...breach, ...confirmed, kind: 'stolen' })).toBe('deputy 2026-11-30 09:00');
  });

  it('and says from when it was held over', () => {
    const [deputy] = escalationsOf(breachOf('2026-11-28 02:00', critical), england);
    expect(deputy).toEqual({ step: 0, to: 'deputy', due: at('2026-11-30 09:00'), heldFrom: at('2026-11-28 03:00') });
  });
});

describe('the escalations between two moments', () => {
  const breach = breachOf('2026-11-25 09:00'); // the deputy at 13:00, the SIRO at 09:00 on the next day
  const between = (after: string, until: string, part: Partial<ClockedBreach> = {}) =>
    escalationsDue({ ...breach, ...part }, england, { after: at(after), until: at(until) }).map(({ to }) => to);

  it.each<[string, string, string[]]>([
    ['2026-11-25 09:00', '2026-11-25 12:59', []],
    ['2026-11-25 12:59', '2026-11-25 13:00', ['deputy']],
    ['2026-11-25 13:00', '2026-11-25 13:01', []],
    ['2026-11-25 09:00', '2026-11-30 09:00', ['deputy', 'siro']],
    ['2026-11-25 13:00', '2026-11-30 09:00', ['siro']],
    ['2026-11-26 09:00', '2026-12-30 09:00', []],
  ])('%s and %s are to %j', (after, until, expected) => expect(between(after, until)).toEqual(expected));

  it.each<[string, string[]]>([
    ['2026-11-25 10:00', []],
    ['2026-11-25 13:00', []],
    ['2026-11-25 13:01', ['deputy']],
    ['2026-11-26 12:00', ['deputy', 'siro']],
  ])('stop at its acknowledgement, at %s', (acknowledged, expected) =>
    expect(between('2026-11-25 09:00', '2026-12-30 09:00', { acknowledgedAt: at(acknowledged) })).toEqual(expected),
  );

  it('are each in one of the rounds that follow each other, whatever the calendar, and nobody is disturbed', () => {
    const severity = fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const);
    const rounds = fc.array(fc.nat(10 * 24 * 60), { maxLength: 12 });
    fc.assert(
      fc.property(calendars, moments, severity, rounds, (calendar, notifiedAt, of, waits) => {
        const timing = { ...england, calendar };
        const one = breachOf('2026-01-01 00:00', { severity: of, notifiedAt });
        const ends = waits.reduce((all, wait) => [...all, (all.at(-1) ?? notifiedAt) + wait * 60_000], [notifiedAt]);
        const inRounds = ends
          .slice(1)
          .flatMap((until, index) => escalationsDue(one, timing, { after: ends[index] ?? 0, until }));
        const all = escalationsOf(one, timing);
        expect(inRounds).toEqual(all.filter(({ due }) => due <= (ends.at(-1) ?? 0)));
        expect(all).toHaveLength(2);
        for (const { due, heldFrom } of all) {
          expect(due).toBeGreaterThanOrEqual(heldFrom);
          const date = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO('Europe/London').toPlainDate();
          const hours = calendar.hoursOn(date);
          expect(hours !== undefined && hours.opens <= due && due < hours.closes).toBe(true);
        }
      }),
    );
  });
});
