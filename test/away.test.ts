import { LIMITS } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBody } from '../packages/agent/src/cycle/transitions.ts';
import { BOUNDS, type Bounds } from '../packages/agent/src/outbox/bounds.ts';
import { Outbox } from '../packages/agent/src/outbox/outbox.ts';
import type { Transport } from '../packages/agent/src/uplink/transport.ts';
import { arrived, breachesOf } from './support/arrived.ts';
import { createWorld, seededRandom, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop, numbered, transportTo } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;
const PER_DAY = 40;

let world: World;
let council: Council;
let laptop: Laptop;
let isAway: boolean;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
  isAway = false;
  const transport: Transport = {
    send: (request, signal) =>
      isAway
        ? Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
        : transportTo(council).send(request, signal),
    close: () => Promise.resolve(),
  };
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1', transport });
  await laptop.checkIn();
});

afterEach(async () => {
  laptop.close();
  await council.close();
});

/** Lets the days pass without a server; gives the most that waited at the end of any of them. */
async function passDays(bounds: Bounds) {
  const random = seededRandom('away');
  const most = { pending: 0, bytes: 0 };
  let number = 0;
  isAway = true;
  for (let day = 0; day < DAYS; day += 1) {
    await laptop.running(async ({ sql, uplink }) => {
      const outbox = new Outbox({ sql, random, bounds });
      for (let count = 0; count < PER_DAY; count += 1) {
        outbox.append([writeBody(numbered((number += 1), world.time), random)], world.time);
        const { pending, bytes } = outbox.waiting();
        most.pending = Math.max(most.pending, pending);
        most.bytes = Math.max(most.bytes, bytes);
      }
      expect(await uplink.once(new AbortController().signal)).toBeGreaterThan(0);
    });
    world.pass(DAY_MS);
  }
  isAway = false;
  return most;
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a server that is away for 30 days', () => {
  it('has everything, once and in order, when it is back', async () => {
    await passDays(BOUNDS);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toEqual({ numbers: upTo(DAYS * PER_DAY), gaps: [], chainIntact: true });
    expect(await laptop.running(({ outbox }) => outbox.waiting())).toEqual({ pending: 0, bytes: 0, dropped: 0 });
  });

  it.each<[string, Bounds]>([
    ['findings', { ...BOUNDS, pendingFindings: 800 }],
    ['bytes', { ...BOUNDS, pendingBytes: 260_000 }],
  ])(
    'finds a device within its bound of %s, and has all that it kept, with one gap for the rest',
    async (_, bounds) => {
      const most = await passDays(bounds);
      expect(most.pending).toBeLessThanOrEqual(bounds.pendingFindings);
      expect(most.bytes).toBeLessThanOrEqual(bounds.pendingBytes);
      await laptop.checkIn();
      const found = await arrived(council, 'DBC-1');
      const lost = DAYS * PER_DAY - found.numbers.length;
      expect(lost).toBeGreaterThan(0);
      // What was offered on the first days, and not answered, may be at the server: the rest gives way behind it.
      const offered = LIMITS.findingsPerCheckIn;
      expect(found.numbers).toEqual([...upTo(offered), ...upTo(DAYS * PER_DAY, offered + lost + 1)]);
      expect(found.gaps).toMatchObject([{ cause: 'bound-reached', lost }]);
      expect(found.chainIntact).toBe(true);
      expect(await breachesOf(council, 'DBC-1')).toMatchObject([{ rule: 'agent-health', subject: 'chain' }]);
      expect(await laptop.running(({ outbox }) => outbox.waiting())).toEqual({ pending: 0, bytes: 0, dropped: 0 });
    },
  );
});
