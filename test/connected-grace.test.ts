import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breachesOf } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let council: Council;
let laptop: Laptop;

const start = async () => {
  world = createWorld();
  council = await createCouncil(world);
  const grace = 'mode: report\n    grace: PT1H\n    graceCounts: connected';
  await putPolicy(council, policyYaml('1', 'report').replace('mode: report', grace));
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
};
const stop = async () => {
  laptop.close();
  await council.close();
};

async function contact(): Promise<void> {
  await laptop.cycle();
  await laptop.checkIn();
  await council.app().jobs.runDue();
}

/** In contact every five minutes for so many minutes. */
async function connected(minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    world.pass(5 * MINUTE);
    await contact();
  }
}

async function away(milliseconds: number): Promise<void> {
  world.pass(milliseconds);
  await council.app().jobs.runDue();
}

const open = async () =>
  (await breachesOf(council, 'DBC-1')).filter(
    ({ rule, status }) => rule === 'laptop-encryption' && status === 'suspected',
  );

describe('a grace that counts connected time', () => {
  beforeEach(async () => {
    await start();
    laptop.show('off');
    await contact();
  });
  afterEach(stop);

  it('ends when the device has been connected for that long', async () => {
    await connected(55);
    expect(await open()).toEqual([]);
    await connected(10);
    expect(await open()).toHaveLength(1);
  });

  it('stands still in a cupboard, however long, and goes on from there', async () => {
    await connected(30);
    await away(60 * 24 * HOUR);
    expect(await open()).toEqual([]);
    await contact();
    expect(await open()).toEqual([]);
    await connected(25);
    expect(await open()).toEqual([]);
    await connected(10);
    await away(HOUR);
    expect(await open()).toHaveLength(1);
  });

  it('counts nothing of contacts that lie more than 15 minutes apart', async () => {
    for (let day = 0; day < 10; day += 1) {
      await away(16 * MINUTE);
      await contact();
    }
    expect(await open()).toEqual([]);
  });

  it('is not shortened by a new enrolment, which begins it anew', async () => {
    await connected(50);
    await laptop.enrolAgain();
    await contact();
    await connected(50);
    expect(await open()).toEqual([]);
    await connected(15);
    expect(await open()).toHaveLength(1);
  });

  it('is neither shortened nor begun anew where the server asks for everything again', async () => {
    await connected(30);
    await council.db().updateTable('states').set({ verdict: 'pass' }).where('rule', '=', 'laptop-encryption').execute();
    await laptop.checkIn();
    await connected(25);
    expect(await open()).toEqual([]);
    await connected(10);
    expect(await open()).toHaveLength(1);
  });

  it('begins anew where the device complied in between', async () => {
    await connected(50);
    laptop.show('on');
    await connected(5);
    laptop.show('off');
    await connected(55);
    expect(await open()).toEqual([]);
    await connected(15);
    expect(await open()).toHaveLength(1);
  });
});

const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('contact' as const), after: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('away' as const), after: fc.integer({ min: 16, max: 5000 }) }) },
  fc.record({ act: fc.constantFrom('enrol' as const, 'copy' as const, 'restore' as const), after: fc.constant(1) }),
  fc.record({ act: fc.constantFrom('on' as const, 'off' as const), after: fc.integer({ min: 1, max: 20 }) }),
);

describe('whatever a device and its server go through', () => {
  it('a breach opens only after the grace in connected time, and then it does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 18 }), async (acts) => {
        await start();
        try {
          let copies = 0;
          let enrolledSinceCopy = false;
          await council.copy(`c${copies}`);
          // What the outside has seen: the moments of contact since it fails, all of them.
          let contacts: number[] | undefined;
          let shown: 'on' | 'off' = 'on';
          const tooSoon: number[] = [];
          const seen = async () => {
            await contact();
            contacts = shown === 'on' ? undefined : [...(contacts ?? []), world.time];
            const gaps = (contacts ?? []).map((at, index, all) => at - (all[index - 1] ?? at));
            const had = gaps.filter((gap) => gap <= 15 * MINUTE).reduce((sum, gap) => sum + gap, 0);
            tooSoon.push(...((await open()).length > 0 && had < HOUR ? [had] : []));
          };
          for (const { act: what, after } of acts) {
            world.pass(after * MINUTE);
            await council.app().jobs.runDue();
            if (what === 'copy') await council.copy(`c${(copies += 1)}`);
            if (what === 'restore') await council.restore(`c${copies}`);
            // A server from before an enrolment does not know the key: ICT sees the silence and enrols again.
            if (what === 'enrol' || (what === 'restore' && enrolledSinceCopy)) await laptop.enrolAgain();
            enrolledSinceCopy = what === 'enrol' || (enrolledSinceCopy && what !== 'copy');
            if (what === 'on' || what === 'off') laptop.show((shown = what));
            if (what !== 'away' && what !== 'copy') await seen();
          }
          laptop.show((shown = 'off'));
          await seen();
          await connected(65);
          await away(HOUR);
          expect(tooSoon).toEqual([]);
          expect(await open()).toHaveLength(1);
        } finally {
          await stop();
        }
      }),
      { numRuns: 6 },
    );
  });
});
