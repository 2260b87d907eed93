import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthorisationScope } from '../../src/authorisations/authorisation.ts';
import { type Population, POPULATIONS } from '../../src/checks/check.ts';
import { evaluateOver } from '../../src/evaluate.ts';
import { known } from '../../src/findings/verdict.ts';
import { type PolicyInTime, policyAt, type PolicyVersion, reigns, versionInForce } from '../../src/policy/versions.ts';
import { iso } from '../../src/ports.ts';
import { laptop, NOON } from '../devices.ts';
import { dacorum } from './policies.ts';

/** Few moments, so that beginnings and ends often meet. */
const moment = fc.integer({ min: 0, max: 12 }).map((hour) => NOON + hour * 3_600_000);
const population = fc.option(fc.constantFrom(...POPULATIONS));

const versionsOf = fc
  .array(
    fc.record({
      effectiveAt: moment,
      withdrawnAt: fc.option(moment),
      populations: fc.option(
        fc.uniqueArray(fc.constantFrom<Population>(...POPULATIONS), { minLength: 1, maxLength: 3 }),
      ),
    }),
    { maxLength: 6 },
  )
  .map((all) => all.map((one, serial): PolicyVersion => ({ ...one, serial })));

const MOMENTS = Array.from({ length: 14 * 4 }, (_, quarter) => NOON - 3_600_000 + quarter * 900_000);

describe('versionInForce', () => {
  it('is one that has begun, is not withdrawn and is for this population, or none where there is no such', () => {
    fc.assert(
      fc.property(versionsOf, population, fc.constantFrom(...MOMENTS), (versions, who, at) => {
        const holds = ({ effectiveAt, withdrawnAt, populations }: PolicyVersion) =>
          effectiveAt <= at &&
          (withdrawnAt === null || at < withdrawnAt) &&
          (populations === null || (who !== null && populations.includes(who)));
        const found = versionInForce(versions, who, at);
        expect(found === undefined).toBe(!versions.some(holds));
        expect(found === undefined || holds(found)).toBe(true);
      }),
    );
  });

  it('is the same one in whatever order the versions are told', () => {
    fc.assert(
      fc.property(versionsOf, population, fc.constantFrom(...MOMENTS), (versions, who, at) => {
        expect(versionInForce(versions.toReversed(), who, at)).toEqual(versionInForce(versions, who, at));
      }),
    );
  });

  it('is written for the population where one is, whatever came later for all', () => {
    fc.assert(
      fc.property(versionsOf, population, fc.constantFrom(...MOMENTS), (versions, who, at) => {
        const own = versions.filter(({ populations }) => populations !== null);
        const special = versionInForce(own, who, at);
        fc.pre(special !== undefined);
        expect(versionInForce(versions, who, at)).toEqual(special);
      }),
    );
  });
});

describe('reigns', () => {
  it('agree with versionInForce at every moment from their beginning on', () => {
    fc.assert(
      fc.property(versionsOf, population, moment, (versions, who, since) => {
        const all = reigns(versions, who, since);
        expect(all[0]?.from).toBe(since);
        for (const at of MOMENTS.filter((one) => one >= since))
          expect(all.findLast(({ from }) => from <= at)?.version).toBe(versionInForce(versions, who, at));
      }),
      { numRuns: 1000 },
    );
  });

  it('follow one another, each another one than the one before', () => {
    fc.assert(
      fc.property(versionsOf, population, moment, (versions, who, since) => {
        const all = reigns(versions, who, since);
        for (const [index, one] of all.entries()) {
          const before = all[index - 1];
          if (before === undefined) continue;
          expect(one.from).toBeGreaterThan(before.from);
          expect(one.version).not.toBe(before.version);
        }
      }),
    );
  });
});

describe('over any set of versions and authorisations', () => {
  const stick = { subject: 'S1', serial: 'S1', kind: 'storage', model: null, bytes: null, encrypted: known(true) };
  const sticks = {
    id: 'sticks',
    clause: '5.9',
    says: 'S',
    check: 'removable-media' as const,
    require: { allow: 'none' },
    severity: 'high' as const,
    exemptions: [{ kind: 'stick', approver: 'siro' as const, maximum: 'PT3H' }],
  };
  const inTime = fc.uniqueArray(moment, { minLength: 1, maxLength: 4 }).map((from) =>
    from
      .toSorted((a, b) => a - b)
      .map(
        (at, index): PolicyInTime => ({
          from: at,
          policy: { ...dacorum(), clauses: [], version: `v${index}`, rules: [sticks] },
        }),
      ),
  );
  const authorisations = fc.array(
    fc.record({
      ref: fc.constant('AU-1'),
      kind: fc.constant('stick'),
      validFrom: moment.map(iso),
      validTo: moment.map(iso),
      scope: fc.constant<AuthorisationScope>({ sticks: ['S1'] }),
    }),
    { maxLength: 3 },
  );

  it('each event is judged by exactly one version: the one of its time', () => {
    const when = fc.uniqueArray(fc.constantFrom(...MOMENTS), { maxLength: 6 });
    fc.assert(
      fc.property(inTime, authorisations, when, fc.constantFrom(...MOMENTS), (policies, given, arrivals, now) => {
        const events = arrivals.map((at) => ({ at: iso(at), medium: stick }));
        const judged = evaluateOver({
          policies,
          authorisations: given,
          device: laptop,
          since: new Map(),
          now,
          observations: new Map([['removable-media', { facts: known({ present: known([]) }), events }]]),
        }).filter(({ kind, rule }) => kind === 'event' && rule.id === 'sticks');
        const judges = policyAt(policies, now) !== undefined;
        expect(judged).toHaveLength(judges ? arrivals.length : 0);
        for (const at of judges ? arrivals : []) {
          const of = judged.filter((one) => one.at === at);
          const version = policyAt(policies, at);
          expect(of).toHaveLength(1);
          // What happened before the first version is on record under the present one, and judged by none.
          expect(of[0]?.policyVersion).toBe((version ?? policyAt(policies, now))?.version);
          expect(version === undefined ? ['unknown'] : ['fail', 'exempt']).toContain(of[0]?.verdict);
        }
      }),
      { numRuns: 500 },
    );
  });
});
