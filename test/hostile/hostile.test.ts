import { describe, expect, it } from 'vitest';
import { attackServer } from './run.ts';

/** What `npm run hostile` does with a hundred thousand requests and a seed of its own. */
const REQUESTS = 6000;

describe('hostile requests', () => {
  it('harm nothing: every endpoint, every kind of attack, as everybody', { timeout: 240_000 }, async () => {
    const outcome = await attackServer({ seed: 'npm test', requests: REQUESTS });
    expect(outcome.violations).toEqual([]);
    expect(outcome.attacked).toBe(outcome.endpoints);
    expect(outcome.endpoints).toBeGreaterThan(80);
  });
});
