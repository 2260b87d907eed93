import { known } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAULTS, faultOf } from '../packages/agent/src/errors.ts';
import { Outbox } from '../packages/agent/src/outbox/outbox.ts';
import { writeBody } from '../packages/agent/src/cycle/transitions.ts';
import { arrived, breachesOf } from './support/arrived.ts';
import { createWorld, seededRandom, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop, numbered } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const PLAIN = { role: 'data', state: known('off'), method: null, percent: null };
const YEAR_MS = 365 * 86_400_000;

let world: World;
let council: Council;
let laptop: Laptop;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
});

afterEach(async () => {
  laptop.close();
  await council.close();
});

describe.each([
  ['a year ahead', YEAR_MS],
  ['a year behind', -YEAR_MS],
])('a device whose clock is %s', (_words, skew) => {
  beforeEach(async () => {
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1', skew });
    laptop.show('off');
    await laptop.checkIn();
    await laptop.cycle();
    await laptop.checkIn();
  });

  it('reports all the same, with the true time, and its clock is a finding for ICT', async () => {
    const breaches = await breachesOf(council, 'DBC-1');
    expect(breaches.map(({ rule }) => rule).toSorted()).toEqual(['agent-health', 'laptop-encryption']);
    const { body } = await council.ask<{ items: { observedAt: string }[] }>(
      'GET',
      '/api/v1/findings?device=DBC-1&check=disk-encryption',
    );
    expect(body.items[0]?.observedAt.slice(0, 10)).toBe('2026-11-23');
  });

  it('complies again when its clock is put right, and no request of it is refused', async () => {
    laptop.clock.skew = 0;
    await laptop.keep(1);
    // The counter of the wrong clock is higher: the signed refusal tells it, and the next request is taken.
    expect(await laptop.checkIn()).toBeLessThanOrEqual(3);
    await laptop.cycle();
    await laptop.checkIn();
    const health = (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'agent-health');
    expect(health).toMatchObject([{ status: 'restored' }]);
    expect((await arrived(council, 'DBC-1')).numbers).toEqual([1]);
  });

  it('judges the end of its policy by the true time', async () => {
    expect(await laptop.running(({ policies }) => policies.inForce()?.version)).toBe('1');
  });
});

describe('a server that cannot be reached', () => {
  it('loses nothing, and is tried less and less often', async () => {
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    await laptop.keep(1, 2);
    await council.app().close();
    const pauses: number[] = [];
    await laptop.running(async ({ uplink }) => {
      for (let count = 0; count < 12; count += 1) pauses.push(await uplink.once(AbortSignal.timeout(5000)));
    });
    expect(pauses[0]).toBeLessThanOrEqual(2_000);
    expect(Math.max(...pauses)).toBeGreaterThan(400_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(900_000);
    expect(await laptop.running(({ outbox }) => outbox.waiting().pending)).toBe(2);
  });
});

describe('a disk that is full', () => {
  it('keeps what was kept, says so, and finds again what it could not keep', async () => {
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    const volumes = Array.from({ length: 40 }, (_, index) => ({
      ...PLAIN,
      name: index === 0 ? '/' : `/data/${index}`,
    }));
    laptop.machine.observations.set('disk-encryption', { facts: known({ volumes: known(volumes) }), events: [] });
    await laptop.keep(1);
    await laptop.running(async ({ sql, cycle, outbox }) => {
      const pages = sql.pragma('page_count', { simple: true }) as number;
      // SQLite refuses as it would on a full disk, at the first page too many.
      sql.pragma(`max_page_count = ${pages}`);
      const refused: unknown = await cycle.run().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(faultOf(refused)).toBe('disk-full');
      expect(FAULTS['disk-full']).toContain('free some space');
      sql.pragma('max_page_count = 1000000');
      expect(outbox.waiting().pending).toBeGreaterThanOrEqual(1);
      await cycle.run();
    });
    await laptop.checkIn();
    expect((await arrived(council, 'DBC-1')).numbers).toContain(1);
    expect(await breachesOf(council, 'DBC-1')).toHaveLength(40);
  });
});

describe('a store that has reached its bound', () => {
  it('gives up the oldest, counts them, and says so in the chain and as a breach', async () => {
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    await laptop.running(({ sql }) => {
      const random = seededRandom('bound');
      const outbox = new Outbox({ sql, random, bounds: { pendingFindings: 50, pendingBytes: 1_000_000 } });
      for (let number = 1; number <= 120; number += 1)
        outbox.append([writeBody(numbered(number, world.time), random)], world.time);
    });
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    const lost = 120 - found.numbers.length;
    expect(found.chainIntact).toBe(true);
    expect(found.numbers).toEqual(Array.from({ length: found.numbers.length }, (_, index) => index + lost + 1));
    expect(found.gaps).toEqual([{ cause: 'bound-reached', from: 1, to: lost, lost }]);
    expect(await breachesOf(council, 'DBC-1')).toMatchObject([{ rule: 'agent-health', subject: 'chain' }]);
    expect(await laptop.running(({ outbox }) => outbox.waiting())).toMatchObject({ pending: 0, dropped: 0 });
  });
});

describe('a policy with a key that nobody knows', () => {
  it('is refused with its place and what was expected, and the one in force stays', async () => {
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    const text = policyYaml('2').replace('mode: report', 'mood: report');
    const { status, body } = await council.ask<{ code: string }>('POST', '/api/v1/policies', text, 'application/yaml');
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('mood');
    const { body: list } = await council.ask<{ items: { version: string; inForce: boolean }[] }>(
      'GET',
      '/api/v1/policies',
    );
    expect(list.items).toMatchObject([{ version: '1', inForce: true }]);
  });
});
