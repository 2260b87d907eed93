import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContactFacts, type ContactTime, judgeContact } from '../../src/checks/contact.ts';
import { known, unknown } from '../../src/findings/verdict.ts';

const DAY = 86_400_000;
const start = Date.parse('2026-06-01T00:00:00Z');
const always = (from: number, to: number) => to - from;
const at = (days: number, counted: ContactTime['counted'] = always): ContactTime => ({
  now: start + days * DAY,
  counted,
});
const heard: ContactFacts = {
  state: 'in-service',
  inServiceSince: null,
  lastContact: start,
  lastOfficeVisit: start,
  onCouncilNetwork: known(false),
  visitsNotedSince: start - 100 * DAY,
};
const within = { checkInAtMost: 'P21D' };

describe('a device that must call within 21 days', () => {
  it('passes on the 21st and fails after it, with the day of its last contact and no time', () => {
    expect(judgeContact(within, heard, at(21)).verdict).toBe('pass');
    expect(judgeContact(within, heard, at(21.01))).toMatchObject({
      verdict: 'fail',
      observed: { lastContact: '2026-06-01', checkInAtMost: 'P21D' },
    });
  });

  it.each(['in-store', 'in-repair', 'quiet'] as const)('is not expected to while it is %s, and says so', (state) => {
    expect(judgeContact(within, { ...heard, state }, at(400))).toMatchObject({
      verdict: 'not-applicable',
      reason: state,
    });
  });

  it('has its whole time from when it was put into service again', () => {
    const back = { ...heard, inServiceSince: start + 60 * DAY };
    expect(judgeContact(within, back, at(80)).verdict).toBe('pass');
    expect(judgeContact(within, back, at(82)).verdict).toBe('fail');
  });

  it('is not judged before it is enrolled', () => {
    expect(judgeContact(within, { ...heard, lastContact: null }, at(400))).toMatchObject({ reason: 'not-enrolled' });
  });

  it('is not called silent for a time in which the server was away', () => {
    const away = (from: number, to: number) => Math.max(0, to - Math.max(from, start + 90 * DAY));
    expect(judgeContact(within, heard, at(110, away)).verdict).toBe('pass');
    expect(judgeContact(within, heard, at(112, away)).verdict).toBe('fail');
  });
});

describe('a device that must come to the office within 90 days', () => {
  const visit = { officeVisitAtMost: 'P90D' };

  it('fails where it has been heard since and was elsewhere', () => {
    const facts = { ...heard, lastContact: start + 95 * DAY };
    expect(judgeContact(visit, facts, at(96))).toMatchObject({
      verdict: 'fail',
      observed: { lastOfficeVisit: '2026-06-01' },
    });
  });

  it('is unknown where it is silent: a visit that nobody can have heard of is not one that was not made', () => {
    expect(judgeContact(visit, heard, at(96))).toMatchObject({ verdict: 'unknown', reason: 'not-heard-from' });
  });

  it('has its whole time from when a rule first asked, and is unknown where it has not called since', () => {
    const facts = { ...heard, lastOfficeVisit: null, lastContact: start + 95 * DAY };
    expect(judgeContact(visit, { ...facts, visitsNotedSince: start + 50 * DAY }, at(96)).verdict).toBe('pass');
    expect(judgeContact(visit, { ...facts, visitsNotedSince: null }, at(96))).toMatchObject({
      verdict: 'unknown',
      reason: 'not-heard-from',
    });
  });

  it('is unknown where the device cannot tell which network it is on', () => {
    const facts = { ...heard, lastContact: start + 95 * DAY, onCouncilNetwork: unknown('not-told') };
    expect(judgeContact(visit, facts, at(96))).toMatchObject({ verdict: 'unknown', reason: 'not-told' });
  });
});

/** Any facts, and a server that is up in some of the days. */
const anyCase = fc.record({
  lastContact: fc.integer({ min: 0, max: 60 }),
  inServiceSince: fc.option(fc.integer({ min: 0, max: 60 })),
  away: fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
  days: fc.array(fc.integer({ min: 60, max: 199 }), { minLength: 2, maxLength: 20 }),
});
type AnyCase = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

/** Milliseconds of the days in which the server was there, counted one by one. */
const countedBy =
  (away: readonly boolean[]) =>
  (from: number, to: number): number =>
    away.reduce((sum, isAway, day) => {
      const [begin, end] = [start + day * DAY, start + (day + 1) * DAY];
      return isAway ? sum : sum + Math.max(0, Math.min(to, end) - Math.max(from, begin));
    }, 0);

const factsOf = ({ lastContact, inServiceSince }: AnyCase): ContactFacts => ({
  ...heard,
  lastContact: start + lastContact * DAY,
  inServiceSince: inServiceSince === null ? null : start + inServiceSince * DAY,
});

describe('silence, whatever happens', () => {
  it('only grows until there is a contact, and a contact or a change of state ends it', () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const [facts, counted] = [factsOf(any), countedBy(any.away)];
        const verdicts = any.days
          .toSorted((a, b) => a - b)
          .map((day) => judgeContact(within, facts, at(day, counted)).verdict);
        expect(verdicts).toEqual(verdicts.toSorted((a, b) => Number(a === 'fail') - Number(b === 'fail')));
        const last = at(199, counted);
        expect(judgeContact(within, { ...facts, lastContact: last.now }, last).verdict).toBe('pass');
        expect(judgeContact(within, { ...facts, inServiceSince: last.now }, last).verdict).toBe('pass');
        expect(judgeContact(within, { ...facts, state: 'in-store' }, last).verdict).toBe('not-applicable');
      }),
    );
  });

  it('is never said of a device that had less than its time while the server was there', () => {
    fc.assert(
      fc.property(anyCase, (any) => {
        const counted = countedBy(any.away);
        const facts = factsOf(any);
        const from = Math.max(facts.lastContact ?? 0, facts.inServiceSince ?? 0);
        for (const day of any.days) {
          const time = at(day, counted);
          const isLate = counted(from, time.now) > 21 * DAY;
          expect(judgeContact(within, facts, time).verdict).toBe(isLate ? 'fail' : 'pass');
        }
      }),
    );
  });
});
