import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runMany } from './many.ts';
import { MUTANTS } from './mutants.ts';
import { mutated } from './plant.ts';

/** `npm run simulate -- --seeds 10000` for more. */
const SEEDS = Number(process.env['BEADLE_SEEDS'] ?? 300);

describe('agents and a server under one seed', () => {
  it(`keep every invariant over ${SEEDS} seeds`, { timeout: 1_200_000 }, async () => {
    const { violations, seeds } = await runMany({ first: 1, seeds: SEEDS, workers: availableParallelism() });
    expect(violations.map(({ seed, violation }) => `seed ${seed}: ${violation}`)).toEqual([]);
    expect(seeds).toBe(SEEDS);
  });

  it.each(MUTANTS)('may have a fault planted: $name', (mutant) => {
    expect(mutated(mutant)).toContain(mutant.to);
  });

  it('do the same for the same seed', { timeout: 60_000 }, async () => {
    const traces = async () => {
      const found: string[] = [];
      await runMany({ first: 42, seeds: 3, workers: 1, each: ({ trace }) => found.push(trace) });
      return found;
    };
    expect(await traces()).toEqual(await traces());
  });
});
