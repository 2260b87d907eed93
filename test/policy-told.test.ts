import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const world = createWorld();
let council: Council;

beforeEach(async () => {
  council = await createCouncil(world);
});
afterEach(() => council.close());

it('a device is not told the deadlines of a policy, which an older agent would refuse', async () => {
  await putPolicy(council, policyYaml('1', 'report', 'deadlines:\n  acknowledge: { low: none }\n'));
  const laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
  const told = await laptop.running(({ policies }) => policies.inForce());
  laptop.close();
  expect(told).toMatchObject({ version: '1' });
  expect(told).not.toHaveProperty('deadlines');
});
