import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, LOCK } from '../support/listener.ts';

const YEAR = 366 * 86_400_000;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

describe('what was ordered of a device', () => {
  it('keeps no word of anybody when it is long over, and every word while it holds', async () => {
    const device = await enrolListener(server);
    const url = '/api/v1/devices/DBC-1/orders';
    const ask = (path: string, payload: object) =>
      server.as('ict-operator', { method: 'POST', url: `${url}${path}`, payload });
    const [over, held] = [
      (await ask('', LOCK)).json<{ id: string }>().id,
      (await ask('', { ...LOCK, kind: 'isolate' })).json<{ id: string }>().id,
    ];
    const at = '2026-06-04T08:33:00.000Z';
    const inForce = [over, held].map((id) => ({ id, effect: 'in-force', at, observed: 'seen' }) as const);
    await device.report((await device.desired())?.version ?? 0, inForce);
    await ask(`/${over}/lifting`, { reason: 'Sam Rivers has it back' });
    await device.report((await device.desired())?.version ?? 0, [
      { id: over, effect: 'lifted', at, observed: 'two sessions of Sam’s' },
    ]);
    server.clock.pass(5 * YEAR);
    await server.app.jobs.runDue();
    const rowOf = (id: string) =>
      server.db.selectFrom('device_orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(await rowOf(over)).toMatchObject({ reason: 'Reported as lost', ordered_by: 'token:ict-operator' });
    server.clock.pass(2 * YEAR);
    await server.app.jobs.runDue();
    expect(await rowOf(over)).toMatchObject({
      kind: 'lock',
      reason: 'erased',
      ordered_by: 'erased',
      lifted_by: 'erased',
      lift_reason: 'erased',
      notice: null,
      hash: null,
      effect: 'lifted',
      observed: 'erased',
    });
    expect(await rowOf(held)).toMatchObject({ reason: 'Reported as lost', observed: 'seen' });
    const history = await server.db.selectFrom('device_order_effects').select(['order_id', 'observed']).execute();
    expect(history.filter(({ order_id: id }) => id === over).map(({ observed }) => observed)).toEqual([
      'erased',
      'erased',
    ]);
  });
});
