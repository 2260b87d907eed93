import fc from 'fast-check';
import { ARTICLE_33, PolicyDeadlines } from '../../src/policy/deadlines.ts';
import { ofSchema } from './of-schema.ts';

const clockTime = fc.constantFrom('PT30M', 'PT1H', 'PT24H', 'P3D', 'P1W', 'P1M');
const workingTime = fc.constantFrom('PT15M', 'PT1H', 'PT4H', 'PT30H', 'P1D', 'P2D', 'P20D');
type Counted = { readonly counts: 'clock' | 'working' };

/** Puts a duration that the clock can count in the place of one that the schema alone allows. */
const counted = <T extends Counted, K extends string>(
  entry: T,
  key: K,
  [clock, working]: readonly [string, string],
) => ({
  ...entry,
  [key]: entry.counts === 'clock' ? clock : working,
});

/** Deadlines that mean something, of every key of the language. */
export const deadlines: fc.Arbitrary<PolicyDeadlines> = fc
  .record({ any: ofSchema(PolicyDeadlines as never), durations: fc.tuple(clockTime, workingTime) })
  .map(({ any, durations }) => {
    const { acknowledge, escalate, outOfHours, regulator, ...none } = any as PolicyDeadlines;
    const targets = Object.entries(acknowledge ?? {}).map(([severity, target]) => [
      severity,
      target === 'none' ? target : counted(target, 'within', durations),
    ]);
    const external = new Map(regulator?.map(({ name }) => [name, { name, within: durations[0] }]));
    external.delete(ARTICLE_33.name);
    return {
      ...none,
      ...(acknowledge && { acknowledge: Object.fromEntries(targets) }),
      ...(escalate && { escalate: escalate.map((step) => counted(step, 'after', durations)) }),
      ...(outOfHours && { outOfHours: outOfHours.filter((entry) => Object.keys(entry).length > 0) }),
      ...(regulator && { regulator: [...external.values()] }),
    };
  });
