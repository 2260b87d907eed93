import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAgent } from '../packages/agent/src/agent.ts';
import { readLeftService } from '../packages/agent/src/identity/left-service.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop, transportTo } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

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
  await laptop.cycle();
  await laptop.checkIn();
});
afterEach(() => laptop.close());

const path = () => `/api/v1/devices/${laptop.assetTag}`;
const post = async (act: string, body: object = { reason: 'It was sold.' }) => {
  const { status, body: told } = await council.ask<{ code?: string }>('POST', `${path()}/${act}`, body);
  return told?.code ?? status;
};
const order = () =>
  post('orders', { kind: 'lock', until: null, reason: 'lost', notice: 'Call ICT.', telephone: '01442 228000' });
const device = async () => (await council.ask<object>('GET', path())).body;
const once = () => laptop.running(({ uplink }) => uplink.once(AbortSignal.timeout(5000)));
const restrictions = () => laptop.running(({ orders }) => orders.keeper.current()?.restrictions.length);
const counts = () =>
  council
    .db()
    .selectFrom('findings')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();

describe('a device that leaves service', () => {
  it('is told so under the server’s signature, holds to nothing more, and sends nothing more', async () => {
    await order();
    await laptop.checkIn();
    expect(await restrictions()).toBe(1);
    const before = await counts();
    expect(await post('decommissioning')).toBe(204);
    expect(await device()).toMatchObject({ state: 'left-service', verdicts: { pass: 0, fail: 0 } });
    await laptop.keep(1);
    await once();
    expect(readLeftService(laptop.data)).toMatchObject({ detail: expect.stringContaining('left the council') });
    expect(await restrictions()).toBe(0);
    expect(await counts()).toEqual(before);
  });

  it('has its orders ended and no more given, and leaves only once', async () => {
    await order();
    expect(await post('decommissioning')).toBe(204);
    expect([await post('decommissioning'), await order()]).toEqual(['conflict', 'conflict']);
    const { body } = await council.ask<{ items: { standing: string }[] }>('GET', `${path()}/orders`);
    expect(body.items.map(({ standing }) => standing)).toEqual(['lifting']);
    const listed = await council.ask<{ items: object[] }>('GET', '/api/v1/orders');
    expect(listed.body.items).not.toContainEqual(expect.objectContaining({ device: laptop.assetTag }));
  });

  it('stays away until ICT puts it back and it is enrolled again: its key before is worth nothing', async () => {
    await post('decommissioning');
    await expect(laptop.enrolAgain()).rejects.toThrow('left service');
    const { status } = await council.ask('PATCH', path(), { state: 'in-service' });
    expect(status).toBe(200);
    await laptop.keep(1);
    await once();
    expect(readLeftService(laptop.data)).toBeUndefined();
    await laptop.enrolAgain();
    await laptop.checkIn();
    expect(await device()).toMatchObject({ state: 'in-service', generation: 2 });
  });

  it('has an agent that stops looking and sending, and stays so after a restart', async () => {
    await post('decommissioning');
    const sent: string[] = [];
    const through = transportTo(council);
    const options = laptop.service({
      ...through,
      send: (...[request, signal]: Parameters<typeof through.send>) => {
        sent.push(request.path);
        return through.send(request, signal);
      },
    });
    const stop = new AbortController();
    const running = runAgent(options, stop.signal);
    await expect
      .poll(() => existsSync(join(laptop.data, 'identity/left-service.json')), { timeout: 20_000 })
      .toBe(true);
    stop.abort();
    await running;
    const asked = sent.length;
    const again = new AbortController();
    const restarted = runAgent(options, again.signal);
    await new Promise((resolve) => setImmediate(resolve));
    again.abort();
    await restarted;
    expect(sent.length).toBe(asked);
  });
});

describe('a device whose key is revoked', () => {
  it('is refused whatever it sends and hears of nothing, and what restricts it stays', async () => {
    await order();
    await laptop.checkIn();
    const before = await counts();
    expect(await post('key-revocation', { reason: 'It was stolen.' })).toBe(204);
    expect([await post('key-revocation'), await order()]).toEqual(['conflict', 'conflict']);
    await laptop.keep(1);
    await once();
    expect(await counts()).toEqual(before);
    await post('decommissioning');
    await once();
    expect(readLeftService(laptop.data)).toBeUndefined();
    expect(await restrictions()).toBe(1);
  });

  it('is enrolled again as the same device, with a token of its own', async () => {
    await post('key-revocation');
    await laptop.enrolAgain();
    await laptop.checkIn();
    expect(await device()).toMatchObject({ generation: 2 });
  });
});
