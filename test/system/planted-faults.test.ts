import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { whyNotNow } from './fixtures/all.ts';
import { runMany } from '../simulation/many.ts';
import { MUTANTS } from '../simulation/mutants.ts';

const MOST_SEEDS = 500;
/** Where those begin that few seeds find: where they were found last, from seed 1 on. */
const BEGINS: Readonly<Record<string, number>> = {
  'keep the verdict without the finding': 236,
  'take what was sent for acknowledged': 123,
  'a document of the past': 361,
  'excuse for longer than the rule permits': 85,
  'a clock put back extends': 102,
  'go on naming one that has lapsed': 299,
  'forget the end of an incident': 83,
  'leave the old key in force': 26,
  'ignore the scope': 52,
  'drop what waits at a new enrolment': 40,
  'an older document of authorisations accepted': 66,
  'what a run before has told is told': 163,
  'what a lost store has put in force stays': 154,
};

/** In one thread: each has the whole product to load with the fault in it. Gives whether it was found. */
async function isFound(name: string): Promise<boolean> {
  const first = BEGINS[name] ?? 1;
  const { violations } = await runMany({ first, seeds: MOST_SEEDS, workers: 1, mutant: name, untilFound: true });
  const [found] = violations;
  const words = found?.violation?.split('\n')[0]?.slice(0, 100);
  console.log(`planted: seed ${String(found?.seed ?? '-').padStart(4)}  ${name}: ${words ?? 'not found'}`);
  return found !== undefined;
}

const DAY_MS = 86_400_000;
const TURNS = 3;
/** A third of them each day, so that three days see all; `BEADLE_ALL=1 npm run test:system` takes all at once. */
const turn = Math.floor(Date.now() / DAY_MS) % TURNS;
const due = MUTANTS.filter((_, index) => whyNotNow === undefined || index % TURNS === turn).map(({ name }) => name);

describe('the simulation', () => {
  it(`finds ${due.length} of ${MUTANTS.length} faults that are planted in the product`, {
    timeout: 1_200_000,
  }, async () => {
    const [waiting, missed] = [[...due], [] as string[]];
    const lane = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
        if (!(await isFound(name))) missed.push(name);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
    expect(missed).toEqual([]);
  });
});
