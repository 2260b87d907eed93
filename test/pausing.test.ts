import { iso } from '@beadle/shared';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readOrders } from '../packages/agent/src/cli/orders-in-words.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

const DAY = 86_400_000;

let world: World;
let council: Council;
let laptop: Laptop;
let laptops = 0;

beforeAll(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
});
afterAll(() => council.close());

beforeEach(async () => {
  laptops += 1;
  laptop = await createLaptop({ council, world, assetTag: `DBC-${laptops}` });
  await looksAndCalls();
});
afterEach(() => laptop.close());

/** Twice: what it hears at the first call it tells of at the second. */
async function looksAndCalls(): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await laptop.cycle();
    await laptop.checkIn();
  }
}

async function pause(): Promise<string> {
  const until = iso(world.time + DAY);
  const asked = { scope: 'device', name: laptop.assetTag, until, reason: 'A driver is faulty' };
  const { status, body } = await council.ask<{ id: string }>('POST', '/api/v1/pauses', asked);
  expect(status).toBe(201);
  return body.id;
}
const end = (id: string) => council.ask('POST', `/api/v1/pauses/${id}/end`, { reason: 'It is mended' });
const device = async () =>
  (await council.ask<{ verdicts: Record<string, number> }>('GET', `/api/v1/devices/${laptop.assetTag}`)).body;
const breaches = async () =>
  (await council.ask<{ items: object[] }>('GET', `/api/v1/breaches?device=${laptop.assetTag}`)).body.items.length;
const idOf = () => laptop.running(({ identity }) => identity.enrolment.device);
const held = () => laptop.running(({ sql, identity }) => readOrders(sql, identity, world.time));
const pausesTold = async () => {
  const rows = await council
    .db()
    .selectFrom('findings')
    .innerJoin('devices', 'devices.id', 'findings.device')
    .select(['findings.kind', 'findings.verdict', 'findings.body'])
    .where('asset_tag', '=', laptop.assetTag)
    .where('reason', '=', 'paused')
    .where('check_name', '=', 'agent-health')
    .execute();
  return rows.map(({ kind, verdict, body }) => {
    const { observed } = JSON.parse(Buffer.from(body ?? []).toString()) as { observed: object };
    return { kind, verdict, observed };
  });
};

describe('a device that ICT pauses', () => {
  it('says nothing of what happens on it, is shown as not known, and says it all when it goes on', async () => {
    const passed = (await device()).verdicts['pass'];
    expect(passed).toBeGreaterThan(0);
    const from = world.time;
    const id = await pause();
    await looksAndCalls();
    expect(await held()).toMatchObject({ paused: { since: iso(from), until: iso(from + DAY) } });
    laptop.show('off');
    await looksAndCalls();
    expect((await device()).verdicts).toMatchObject({ fail: 0 });
    expect((await device()).verdicts['unknown']).toBeGreaterThan(0);
    expect(await breaches()).toBe(0);
    world.time += 3_600_000;
    await end(id);
    await laptop.checkIn();
    await looksAndCalls();
    expect((await device()).verdicts['fail']).toBeGreaterThan(0);
    expect(await breaches()).toBe(1);
    expect(await pausesTold()).toEqual([
      {
        kind: 'event',
        verdict: 'unknown',
        observed: { from: iso(from), to: iso(world.time) },
      },
    ]);
  });

  it('goes on by itself when the time is over, with no network and after a restart', async () => {
    const id = await pause();
    await looksAndCalls();
    world.time += DAY + 1;
    laptop.show('off');
    await laptop.cycle();
    const states = await laptop.running(({ memory }) => memory.states());
    expect(states.filter(({ reason }) => reason === 'paused')).toEqual([]);
    expect(states).toContainEqual(expect.objectContaining({ verdict: 'fail' }));
    await laptop.checkIn();
    expect(await breaches()).toBe(1);
    expect(await held()).toMatchObject({ paused: null });
    expect((await end(id)).status).toBe(409);
  });

  it('keeps open what was open before: a pause puts nothing right', async () => {
    laptop.show('off');
    await looksAndCalls();
    expect(await breaches()).toBe(1);
    await pause();
    await looksAndCalls();
    const open = council
      .db()
      .selectFrom('breaches')
      .select('ended_at')
      .where('device', '=', await idOf());
    expect(await open.execute()).toEqual([{ ended_at: null }]);
  });

  it('stops looking as soon as it hears of it, and looks again as soon as it hears of the end', async () => {
    await laptop.running(async ({ uplink, orders, schedule, memory }) => {
      const stop = new AbortController();
      const running = Promise.all([orders.run(stop.signal), schedule.run(stop.signal)]);
      const hear = () => expect.poll(() => uplink.once(AbortSignal.timeout(5000))).toBeGreaterThan(0);
      const paused = () => memory.states().filter(({ reason }) => reason === 'paused').length;
      const id = await pause();
      await hear();
      await expect.poll(paused).toBeGreaterThan(0);
      await end(id);
      await hear();
      await expect.poll(paused).toBe(0);
      stop.abort();
      await running;
    });
  });
});
