import fc from 'fast-check';
import { ARTICLE_33, PolicyDeadlines } from '../../src/policy/deadlines.ts';
import { ofSchema } from './of-schema.ts';

const clockTime = fc.constantFrom('PT30M', 'PT1H', 'PT24H', 'P3D', 'P1W', 'P1M');
const workingTime = fc.constantFrom('PT15M', 'PT1H', 'PT4H', 'PT30H', 'P1D', 'P2D', 'P20D');
type Durations = readonly [clock: string, working: string];

/** One that the clock can count, in the place of one that the schema alone allows. */
const countable = ({ counts }: { readonly counts: 'clock' | 'working' }, [clock, working]: Durations): string =>
  counts === 'clock' ? clock : working;

/** Deadlines that mean something, of every key of the language. */
export const deadlines: fc.Arbitrary<PolicyDeadlines> = fc
  .record({ any: ofSchema(PolicyDeadlines as never), durations: fc.tuple(clockTime, workingTime) })
  .map(({ any, durations }) => {
    const { acknowledge, escalate, outOfHours, regulator, ...none } = any as PolicyDeadlines;
    const targets = Object.entries(acknowledge ?? {}).map(([severity, target]) => [
      severity,
      target === 'none' ? target : { ...target, within: countable(target, durations) },
    ]);
    const external = new Map(regulator?.map(({ name }) => [name, { name, within: durations[0] }]));
    external.delete(ARTICLE_33.name);
    return {
      ...none,
      ...(acknowledge && { acknowledge: Object.fromEntries(targets) }),
      ...(escalate && { escalate: escalate.map((step) => ({ ...step, after: countable(step, durations) })) }),
      ...(outOfHours && { outOfHours: outOfHours.filter((entry) => Object.keys(entry).length > 0) }),
      ...(regulator && { regulator: [...external.values()] }),
    };
  });
