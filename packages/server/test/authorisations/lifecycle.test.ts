import { after, iso, type Role, ROLES } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueOf, morningOf, TOLD } from '../../src/authorisations/due.ts';
import {
  type Asked,
  mayBecome,
  notReady,
  notTheirs,
  sameName,
  standing,
  timesProblem,
} from '../../src/authorisations/lifecycle.ts';
import { decidersFor, demandedOf, mayDecideFor } from '../../src/authorisations/ranks.ts';
import { type Status, STATUSES } from '../../src/authorisations/schema.ts';
import { CALLER_ROLES } from '../../src/people/permissions.ts';

const NOW = Date.parse('2026-11-28T10:00:00Z');
const DAY = 86_400_000;

const names = fc.constantFrom('Ann Officer', 'ann  officer', 'Sam Rivers', 'SAM RIVERS ', 'Una Risk', 'Lee Line');
const roles = fc.constantFrom(...ROLES);
const callers = fc.record({ name: names, role: fc.constantFrom(...CALLER_ROLES) });

const asked: fc.Arbitrary<Asked> = fc.record({
  status: fc.constantFrom('requested', 'approved', 'refused', 'withdrawn', 'revoked'),
  requestedBy: names,
  people: fc.array(names, { maxLength: 3 }),
  acceptedAt: fc.option(fc.integer({ min: NOW - 9 * DAY, max: NOW })),
  validFrom: fc.integer({ min: NOW - 9 * DAY, max: NOW + 9 * DAY }),
  validTo: fc.integer({ min: NOW - 9 * DAY, max: NOW + 500 * DAY }),
  incident: fc.option(
    fc.record({
      ref: fc.constant('IN-2026-000001'),
      endedAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + DAY })),
    }),
  ),
  safetyReview: fc.option(fc.record({ reviewedOn: fc.constant('2026-11-01'), actionsRequired: fc.boolean() })),
  demands: fc.record({
    roles: fc.array(roles, { minLength: 1, maxLength: 3 }),
    maximum: fc.constantFrom('P5D', 'P14D', 'P90D', 'P1Y'),
    minimum: fc.option(fc.constantFrom('P1D', 'P28D')),
    maximumInYear: fc.constant(null),
    needsIncident: fc.boolean(),
    needsSafetyReview: fc.boolean(),
  }),
  year: fc.constant(null),
});

const DECIDES_NOTHING: readonly Role[] = ['auditor', 'insurance-officer'];

describe('who decides', () => {
  it('is never the requester, never somebody it is for, and always of a role that every rule accepts', () => {
    fc.assert(
      fc.property(asked, callers, (one, person) => {
        if (notTheirs(one, person) !== undefined) return;
        expect(sameName(person.name, one.requestedBy)).toBe(false);
        expect(one.people.some((name) => sameName(name, person.name))).toBe(false);
        for (const role of one.demands.roles) expect(mayDecideFor(role, person.role)).toBe(true);
        expect(person.role).not.toBe('administrator');
      }),
      { numRuns: 2000 },
    );
  });

  it('is the role that is demanded, or one above it in its line, and never the other way round', () => {
    for (const demanded of ROLES.filter((role) => role !== 'worker' && !DECIDES_NOTHING.includes(role))) {
      const above = decidersFor(demanded).filter((role) => role !== demanded);
      expect([demanded, mayDecideFor(demanded, demanded)]).toEqual([demanded, true]);
      expect(above.filter((role) => mayDecideFor(role, demanded))).toEqual([]);
    }
  });

  it('can be found for every role that a policy may name but the auditor and the insurance officer', () => {
    for (const role of ROLES) expect(decidersFor(role).length > 0).toBe(!DECIDES_NOTHING.includes(role));
  });

  it('is the Monitoring Officer instead of a line manager for a councillor, and for nobody else', () => {
    fc.assert(
      fc.property(roles, fc.constantFrom('employee', 'councillor', 'partner', null), (role, population) => {
        const expected: Role = role === 'line-manager' && population === 'councillor' ? 'monitoring-officer' : role;
        expect(demandedOf(role, population)).toBe(expected);
      }),
    );
  });
});

describe('what can be approved', () => {
  it('has its risks accepted, ends, ends to come, and lasts no longer than the policy gives', () => {
    fc.assert(
      fc.property(asked, (one) => {
        if (notReady(one, NOW) !== undefined) return;
        expect(one.acceptedAt).not.toBeNull();
        expect(one.validTo).toBeGreaterThan(NOW);
        expect(one.validTo).toBeGreaterThan(one.validFrom);
        expect(one.validTo).toBeLessThanOrEqual(after(one.validFrom, one.demands.maximum));
        expect(one.demands.needsIncident && one.incident === null).toBe(false);
        expect((one.incident?.endedAt ?? NOW + 1) > NOW).toBe(true);
        expect(one.demands.needsSafetyReview && one.safetyReview?.actionsRequired !== false).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('may last exactly the maximum, and not a millisecond longer', () => {
    const demands = {
      roles: ['siro' as const],
      maximum: 'P14D',
      minimum: null,
      maximumInYear: null,
      needsIncident: false,
      needsSafetyReview: false,
    };
    const validTo = after(NOW, 'P14D');
    expect(timesProblem({ validFrom: NOW, validTo }, demands)).toBeUndefined();
    expect(timesProblem({ validFrom: NOW, validTo: validTo + 1 }, demands)?.detail).toContain(iso(validTo));
  });
});

describe('the life of an authorisation', () => {
  /** Everything that it is, act by act: what may not be done is not done. */
  function lived(acts: readonly (readonly [Status, number])[], validTo: number): Status[] {
    let [status, now]: [string, number] = ['requested', NOW];
    const been: Status[] = [];
    for (const [act, passing] of acts) {
      now += passing;
      const is = standing({ status, validTo }, now);
      if (mayBecome(is, act)) status = act;
      been.push(is, standing({ status, validTo }, now));
    }
    return been;
  }

  it('has no way back: whatever is done, what has ended stays ended, and nothing is approved that was not asked for', () => {
    const acts = fc.array(fc.tuple(fc.constantFrom(...STATUSES), fc.nat(DAY)), { maxLength: 12 });
    const order: readonly Status[][] = [['requested'], ['approved'], ['refused', 'withdrawn', 'revoked', 'lapsed']];
    fc.assert(
      fc.property(acts, fc.integer({ min: NOW - DAY, max: NOW + DAY }), (all, validTo) => {
        const been = lived(all, validTo).filter((is, index, row) => is !== row[index - 1]);
        const stages = been.map((is) => order.findIndex((stage) => stage.includes(is)));
        expect(stages).toEqual([...new Set(stages)].toSorted((x, y) => x - y));
        expect(new Set(been).size).toBe(been.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('is over at the moment of its end and not before', () => {
    expect(standing({ status: 'approved', validTo: NOW }, NOW - 1)).toBe('approved');
    expect(standing({ status: 'approved', validTo: NOW }, NOW)).toBe('lapsed');
    expect(standing({ status: 'requested', validTo: NOW }, NOW)).toBe('requested');
  });
});

describe('what is told, and when', () => {
  const row = (given: object) => ({
    kind: 'software-install',
    status: 'approved',
    requested_at: NOW - DAY,
    valid_from: NOW,
    valid_to: NOW + 90 * DAY,
    review_at: NOW + 30 * DAY,
    asked_told_at: null,
    end_told_at: null,
    review_told_at: null,
    lapse_told_at: null,
    paper_told_at: null,
    revoked_at: null,
    paper_outcome: null,
    ...given,
  });

  it('is the review, a week before the end and the end, each in a morning', () => {
    expect(dueOf(row({})).map(({ matter, at }) => [matter, iso(at)])).toEqual([
      ['ending', '2027-02-20T07:00:00.000Z'],
      ['review', '2026-12-29T07:00:00.000Z'],
      ['lapsed', '2027-02-27T07:00:00.000Z'],
    ]);
  });

  it('is never a reminder after the end, and nothing that was told', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), (length, review) => {
        const [valid_to, review_at] = [NOW + length * 3_600_000, NOW + Math.min(length, review) * 3_600_000];
        for (const { matter, at } of dueOf(row({ valid_to, review_at })))
          expect(matter === 'lapsed' ? at >= valid_to : at < valid_to).toBe(true);
        expect(dueOf(row({ valid_to, ...Object.fromEntries(Object.values(TOLD).map((name) => [name, 1])) }))).toEqual(
          [],
        );
      }),
    );
  });

  it('waits for the next morning', () => {
    expect(iso(morningOf(NOW))).toBe('2026-11-29T07:00:00.000Z');
    expect(iso(morningOf(Date.parse('2026-11-28T07:00:00Z')))).toBe('2026-11-28T07:00:00.000Z');
  });
});
