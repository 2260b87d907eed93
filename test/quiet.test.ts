import { GRACE_JOB } from '../packages/server/src/breaches/intake.ts';
import { ICT_NOTICE_JOB } from '../packages/server/src/breaches/notices.ts';
import { known, type Observation } from '@beadle/shared';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PresentedPreview } from '../packages/server/src/preview/present.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const DAY = 86_400_000;
const HOUR = DAY / 24;

let world: World;
let council: Council;
let laptops: Laptop[];

async function open(): Promise<void> {
  world = createWorld();
  council = await createCouncil(world);
  laptops = [];
}
async function close(): Promise<void> {
  for (const laptop of laptops) laptop.close();
  await council.close();
}

const states = ['on', 'off', 'suspended', 'encrypting', 'decrypting'] as const;
const showing = (...volumes: readonly (typeof states)[number][]): Observation => ({
  facts: known({
    volumes: known(
      volumes.map((state, index) => ({
        name: `/${index}`,
        role: 'data',
        state: known(state),
        method: null,
        percent: null,
      })),
    ),
  }),
  events: [],
});

async function enrol(...machines: readonly Observation[]): Promise<void> {
  for (const [index, observation] of machines.entries()) {
    const laptop = await createLaptop({ council, world, assetTag: `DBC-${index}` });
    laptop.machine.observations.set('disk-encryption', observation);
    laptops.push(laptop);
  }
}

/** Each laptop hears what there is to hear, looks, and says what it finds. */
async function aDay(): Promise<void> {
  for (const laptop of laptops) {
    await laptop.checkIn();
    await laptop.cycle();
    await laptop.checkIn();
  }
  await council.app().jobs.runDue();
}

const preview = async (text: string) => {
  const { status, body } = await council.ask<PresentedPreview>(
    'POST',
    '/api/v1/policies/preview',
    text,
    'application/yaml',
  );
  expect(status).toBe(200);
  return body;
};
const rows = (table: 'breaches' | 'notices' | 'breach_events') => council.db().selectFrom(table).selectAll().execute();
const open_ = async () => (await rows('breaches')).filter(({ ended_at }) => ended_at === null);
const total = (counts: Readonly<Record<string, number | undefined>>) =>
  Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);

describe('a policy in observe', () => {
  beforeEach(open);
  afterEach(close);

  it('makes no breach, no notice, no message and no record about a person, and counts', async () => {
    await putPolicy(council, policyYaml('1', 'observe'));
    await enrol(showing('off', 'off'), showing('off'), showing('on'));
    for (let day = 0; day < 10; day += 1) {
      await aDay();
      world.pass(DAY);
    }
    expect(await rows('breaches')).toEqual([]);
    expect(await rows('breach_events')).toEqual([]);
    // But for the head of the audit log, which the SIRO has each month.
    const aboutNobody = /^Keep this: the head of the audit log$/m;
    expect((await rows('notices')).filter((row) => !('title' in row && aboutNobody.test(row.title)))).toEqual([]);
    expect(council.mail().filter((mail) => !mail.includes('the head of the audit log'))).toEqual([]);
    const jobs = await council
      .db()
      .selectFrom('jobs')
      .select('kind')
      .where('kind', 'in', [GRACE_JOB, ICT_NOTICE_JOB])
      .execute();
    expect(jobs).toEqual([]);
    const { body } = await council.ask<{ items: object[] }>('GET', '/api/v1/policies/standing');
    expect(body.items).toMatchObject([
      { rule: 'laptop-encryption', mode: 'observe', duty: 'ict', failing: 2, inGrace: 0 },
    ]);
  });
});

describe('a preview', () => {
  const mode = fc.constantFrom('observe', 'report', 'off');
  const grace = fc.constantFrom('PT0S', 'P1D', 'P5D', 'P20D');
  const time = fc.constantFrom('', ', suspendedAtMost: P2D', ', suspendedAtMost: P10D', ', encryptingAtMost: P9D');
  const rule = fc.record({ mode, grace, time });
  const machine = fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 3 });
  const policyOf = (version: string, given: { mode: string; grace: string; time: string }) =>
    policyYaml(version, given.mode)
      .replace('protection: on', `protection: on${given.time}`)
      .replace('    duty: ict', `    duty: ict\n    grace: ${given.grace}`);

  it('of the policy in force changes nothing', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(machine, { minLength: 1, maxLength: 3 }), rule, async (machines, given) => {
          await putPolicy(council, policyOf('1', given));
          await enrol(...machines.map((volumes) => showing(...volumes)));
          await aDay();
          world.pass(3 * DAY);
          const found = await preview(policyOf('1', given));
          expect(found.devices.changed).toBe(0);
          expect(found.rules.filter(({ matters }) => matters)).toEqual([]);
          expect(found.ends).toBe(0);
        })
        .beforeEach(open)
        .afterEach(close),
      { numRuns: 10 },
    );
  });

  it('agrees with what happens when the policy is put in force', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(machine, { minLength: 1, maxLength: 3 }),
          rule,
          rule,
          fc.nat({ max: 12 }),
          async (machines, old, next, days) => {
            await putPolicy(council, policyOf('1', old));
            await enrol(...machines.map((volumes) => showing(...volumes)));
            await aDay();
            world.pass(days * DAY + HOUR);
            await aDay();
            const before = await open_();
            const found = await preview(policyOf('2', next));
            const rulesFound = found.rules.find((one) => one.rule === 'laptop-encryption');
            await putPolicy(council, policyOf('2', next));
            await aDay();
            const after = await open_();
            const ids = new Set(before.map(({ id }) => id));
            const opened = after.filter(({ id }) => !ids.has(id));
            const left = new Set(after.map(({ id }) => id));
            expect(opened).toHaveLength(total(found.newBreaches.ict.atOnce));
            expect(before.filter(({ id }) => !left.has(id))).toHaveLength(found.ends);
            // What the devices then say of themselves is what was said of them.
            const told = await council
              .db()
              .selectFrom('states')
              .select(['device', 'verdict'])
              .where('rule', '=', 'laptop-encryption')
              .where('policy_version', '=', '2')
              .execute();
            if (next.mode === 'off') return;
            const failing = new Set(told.filter(({ verdict }) => verdict === 'fail').map(({ device }) => device));
            expect(rulesFound?.devices.after.fail).toBe(failing.size);
          },
        )
        .beforeEach(open)
        .afterEach(close),
      {
        numRuns: 15,
        examples: [
          [[['off']], { mode: 'report', grace: 'P5D', time: '' }, { mode: 'report', grace: 'PT0S', time: '' }, 0],
        ],
      },
    );
  });

  it('counts what comes in the first week as grace ends', async () => {
    await open();
    try {
      await putPolicy(council, policyOf('1', { mode: 'observe', grace: 'PT0S', time: '' }));
      await enrol(showing('off'), showing('on'));
      await aDay();
      world.pass(DAY);
      await aDay();
      const text = policyOf('2', { mode: 'report', grace: 'P5D', time: '' });
      expect((await preview(text)).newBreaches.ict).toMatchObject({
        atOnce: {},
        firstWeek: { critical: 1 },
        later: {},
      });
      await putPolicy(council, text);
      await aDay();
      expect(await open_()).toEqual([]);
      world.pass(7 * DAY);
      await aDay();
      expect(await open_()).toHaveLength(1);
    } finally {
      await close();
    }
  });
});
