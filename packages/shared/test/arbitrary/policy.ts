import fc from 'fast-check';
import { DEVICE_KINDS, type DeviceContext, POPULATIONS } from '../../src/checks/check.ts';
import { CHECKS, REQUIRE_SCHEMAS } from '../../src/checks/registry.ts';
import { after } from '../../src/duration.ts';
import type { Observation } from '../../src/checks/observation.ts';
import { known, REASON_CODES, unknown } from '../../src/findings/verdict.ts';
import { PolicyDocument, Rule } from '../../src/policy/document.ts';
import { deadlines } from './deadlines.ts';
import { ofSchema } from './of-schema.ts';

const NEEDS_ONE = ['methods', 'wifi', 'countries'];
const dates = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** What a schema cannot say of a rule: `meaning.ts`. */
function meant(rule: Rule): Rule {
  const require = Object.fromEntries(
    Object.entries(rule.require).filter(
      ([name, value]) => !(NEEDS_ONE.includes(name) && Array.isArray(value) && value.length === 0),
    ),
  );
  const { exemptions, ...rest } = rule;
  if (exemptions === undefined) return { ...rest, require };
  const kinds = new Map(exemptions.map((exemption) => [exemption.kind, exemption]));
  const each = [...kinds.values()].map(({ encryptedOnly, maximum, maximumInYear, ...exemption }) => ({
    ...exemption,
    maximum: after(0, maximum) > 0 ? maximum : 'P1D',
    ...(maximumInYear === undefined ? {} : { maximumInYear: `P${1 + (Number(maximumInYear.slice(1, -1)) % 364)}D` }),
    ...(encryptedOnly === true && rule.check === 'removable-media' ? { encryptedOnly } : {}),
  }));
  return { ...rest, require, exemptions: each };
}

const ruleWords = ofSchema(Rule as never);
const anyRule = fc.oneof(
  ...Object.entries(REQUIRE_SCHEMAS).map(([check, parameters]) =>
    fc
      .record({ rule: ruleWords, require: ofSchema(parameters as never) })
      .map(({ rule, require }) => meant({ ...(rule as Rule), check, require } as Rule)),
  ),
);

/** Policies that mean something, of every check and every key of the language. */
export const policies: fc.Arbitrary<PolicyDocument> = fc
  .record({
    document: ofSchema({
      ...PolicyDocument,
      properties: {
        ...PolicyDocument.properties,
        rules: { type: 'array', items: { const: 0 } },
        deadlines: { const: {} },
      },
    }),
    deadlines,
    rules: fc.uniqueArray(anyRule, { selector: ({ id }) => id, maxLength: 6 }),
    dates: fc.tuple(dates, dates),
  })
  .map(({ document, rules, deadlines: times, dates: [one, other] }) => {
    const policy = document as PolicyDocument;
    const clauses = policy.clauses && [...new Map(policy.clauses.map((clause) => [clause.clause, clause])).values()];
    return {
      ...policy,
      rules: rules.filter(({ id }) => id !== 'agent-health'),
      ...(clauses === undefined ? {} : { clauses }),
      ...(policy.deadlines === undefined ? {} : { deadlines: times }),
      effectiveFrom: one < other ? one : other,
      reviewBy: one < other ? other : one,
    };
  });

/** What a device may have seen of each check, or why it could not. */
export const observations: fc.Arbitrary<ReadonlyMap<string, Observation>> = fc
  .record(
    Object.fromEntries(
      CHECKS.map(({ name, facts, event }) => [
        name,
        fc.record({
          facts: fc.oneof(
            { weight: 6, arbitrary: ofSchema(facts as never).map((one) => known(one)) },
            { weight: 1, arbitrary: fc.constantFrom(...REASON_CODES).map((reason) => unknown(reason)) },
          ),
          events: 'not' in event ? fc.constant([]) : fc.array(ofSchema(event as never), { maxLength: 3 }),
        }),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map(
    (seen) => new Map(Object.entries(seen).flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const]))),
  );

export const devices: fc.Arbitrary<DeviceContext> = fc.record({
  kind: fc.constantFrom(null, ...DEVICE_KINDS),
  population: fc.constantFrom(null, ...POPULATIONS),
  groups: fc.subarray(['Housing', 'Finance']),
  onCouncilNetwork: fc.oneof(
    fc.boolean().map((one) => known(one)),
    fc.constant(unknown('not-told')),
  ),
  register: fc.option(fc.record({ assetTag: fc.option(fc.string()), serialNumber: fc.option(fc.string()) })),
  registeredSticks: fc.option(
    fc.array(fc.record({ serial: fc.string({ minLength: 1 }), encryptsInHardware: fc.boolean() }), { maxLength: 3 }),
  ),
});
