import { PATHS } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener, LOCK } from '../support/listener.ts';

let server: TestServer;
let device: Listener;
let order: string;

beforeEach(async () => {
  server = await startTestServer();
  device = await enrolListener(server);
  const url = '/api/v1/devices/DBC-1/orders';
  order = (await server.as('ict-operator', { method: 'POST', url, payload: LOCK })).json<{ id: string }>().id;
});
afterEach(() => server.close());

const at = '2026-06-04T08:33:00.000Z';
const inForce = () => ({ id: order, effect: 'in-force', at, observed: 'one session is locked' }) as const;
const history = () => server.db.selectFrom('device_order_effects').selectAll().orderBy('sequence').execute();
const held = () =>
  server.db.selectFrom('devices').select(['desired_version', 'desired_held']).executeTakeFirstOrThrow();

describe('a report of effects', () => {
  it('is answered by the server’s own signature, and counts once however often it comes', async () => {
    const answer = await device.report(server.clock.now(), [inForce()]);
    expect(answer.json()).toEqual({ protocol: 1, serverTime: '2026-06-04T08:32:00.000Z' });
    expect(answer.headers).toHaveProperty('signature');
    await device.report(server.clock.now(), [inForce()]);
    await device.report(server.clock.now(), [inForce(), { ...inForce(), observed: 'two sessions are locked' }]);
    expect((await history()).map(({ observed }) => observed)).toEqual([
      'one session is locked',
      'two sessions are locked',
    ]);
  });

  it('says which version the device holds; one that this server never made is overtaken', async () => {
    const now = server.clock.now();
    await device.report(now, [inForce()]);
    expect(await held()).toEqual({ desired_version: now, desired_held: now });
    await device.report(now + 1_000_000);
    expect(await held()).toEqual({ desired_version: now + 1_000_001, desired_held: now + 1_000_000 });
    expect((await device.desired())?.version).toBe(now + 1_000_001);
    expect((await device.report(2 ** 48 + 1)).json()).toMatchObject({ code: 'validation' });
    expect((await device.report(1e300)).json()).toMatchObject({ code: 'validation' });
  });

  it('of what this server does not know is left alone, and what was refused is kept by its reason', async () => {
    const told = { ...inForce(), id: 'of-another-server' };
    await device.report(server.clock.now(), [told], { refused: ['older', 'older', 'signature-differs'] });
    server.clock.pass(1000);
    await device.report(server.clock.now(), [], { refused: ['older'] });
    expect(await history()).toEqual([]);
    const refusals = await server.db
      .selectFrom('device_refusals')
      .select(['reason', 'first_at', 'last_at'])
      .orderBy('reason')
      .execute();
    const now = server.clock.now();
    expect(refusals).toEqual([
      { reason: 'older', first_at: now - 1000, last_at: now },
      { reason: 'signature-differs', first_at: now - 1000, last_at: now - 1000 },
    ]);
  });

  it('is kept though what was observed cannot be kept as it is', async () => {
    await device.report(server.clock.now(), [{ ...inForce(), observed: 'a\u0000b\ud800' }]);
    expect((await history()).map(({ observed }) => observed)).toEqual(['a\uFFFDb\uFFFD']);
  });

  it('is refused where it is of no closed form, or of another version of the protocol', async () => {
    expect((await device.report(1, [], { more: 1 })).json()).toMatchObject({ code: 'validation' });
    expect((await device.report(1, [{ ...inForce(), effect: 'wiped' as never }])).statusCode).toBe(400);
    expect((await device.report(1, [], { protocol: 9 })).json()).toMatchObject({ code: 'unsupported-protocol' });
    const many = Array.from({ length: 201 }, inForce);
    expect((await device.report(1, many)).statusCode).toBe(400);
    expect(await history()).toEqual([]);
  });

  it('is refused as a repeat, by another key, of a foreign generation, and over another body', async () => {
    const body = Buffer.from(JSON.stringify({ protocol: 1, version: 1, effects: [inForce()], refused: [] }));
    const of = { path: PATHS.effects, body, type: 'application/json' } as const;
    const send = async (shot: ReturnType<Listener['shot']>) => (await server.app.inject(shot)).json();
    const shot = device.shot(of);
    expect(await send(shot)).toMatchObject({ protocol: 1 });
    expect(await send(shot)).toMatchObject({ code: 'counter-too-low', lastCounter: device.counter });
    const other = await enrolListener(server, 'DBC-2');
    const named = { ...other.signer, keyId: device.signer.keyId };
    expect(await send(device.shot({ ...of, signer: named }))).toMatchObject({ code: 'signature-refused' });
    expect(await send({ ...device.shot(of), payload: Buffer.from(`${body.toString()} `) })).toMatchObject({
      code: 'signature-refused',
    });
    // Another device may say what it likes: it speaks of its own orders alone.
    await server.app.inject(other.shot(of));
    expect(await history()).toHaveLength(1);
    await enrolListener(server, 'DBC-1');
    expect(await send(device.shot(of))).toMatchObject({ code: 'signature-refused' });
  });
});
