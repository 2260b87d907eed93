import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runMany } from '../simulation/many.ts';
import { MUTANTS } from '../simulation/mutants.ts';

const MOST_SEEDS = 500;

describe('the simulation', () => {
  it('finds each fault that is planted in the product', { timeout: 1_200_000 }, async () => {
    const missed: string[] = [];
    for (const { name } of MUTANTS) {
      const workers = availableParallelism();
      const { violations } = await runMany({ first: 1, seeds: MOST_SEEDS, workers, mutant: name, untilFound: true });
      const [found] = violations;
      if (found === undefined) missed.push(name);
      const words = found?.violation?.split('\n')[0]?.slice(0, 100);
      console.log(`planted: ${String(found?.seed ?? '-').padStart(4)} seeds  ${name}: ${words ?? 'not found'}`);
    }
    expect(missed).toEqual([]);
  });
});
