import fc from 'fast-check';
import { iso } from '@beadle/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { liftRestrictions, orderRestrictions } from '../../src/orders/desired-state/change.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener } from '../support/listener.ts';

const HOUR = 3_600_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const step = fc.oneof(
  fc.record({
    does: fc.constant('begin' as const),
    scope: fc.constantFrom('device' as const, 'group' as const, 'all' as const),
    hours: fc.integer({ min: 1, max: 48 }),
  }),
  fc.record({ does: fc.constant('end' as const), which: fc.nat({ max: 5 }) }),
  fc.record({ does: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 30 }) }),
  fc.constant({ does: 'order' as const }),
  fc.record({ does: fc.constant('lift' as const), which: fc.nat({ max: 5 }) }),
  fc.constant({ does: 'call' as const }),
  fc.constant({ does: 'jobs' as const }),
);

const BEHIND = { by: 'x', reason: 'x', breach: null, withdrawnFrom: null };
const announce = () => Promise.resolve();
let devices = 0;
let made = 0;

/** A device, its pauses and its orders, and by a model of its own what it must be told. */
async function created() {
  devices += 1;
  const tag = `P-${devices}`;
  const device = await enrolListener(server, tag);
  const groups = [`group ${devices}`];
  await server.as('administrator', { method: 'PATCH', url: `/api/v1/devices/${tag}`, payload: { groups } });
  const of = { organisation: ORGANISATION, device: device.id };
  const pauses: { id: string; until: number }[] = [];
  const orders: { id: string; isTold: boolean }[] = [];
  let last: Awaited<ReturnType<typeof device.desired>>;
  const api = (url: string, payload: object) => server.as('ict-administrator', { method: 'POST', url, payload });
  const isPaused = () => pauses.some(({ until }) => until > server.clock.now());
  return {
    tag,
    pauses,
    orders,
    isPaused,
    async begin(scope: string, hours: number) {
      const until = server.clock.now() + hours * HOUR;
      const name = { device: tag, group: groups[0] }[scope] ?? null;
      const { id } = (await api('/api/v1/pauses', { scope, name, until: iso(until), reason: 'x' })).json<{
        id: string;
      }>();
      pauses.push({ id, until });
    },
    async end(which: number) {
      const [ended] = pauses.splice(which, 1);
      if (ended !== undefined) await api(`/api/v1/pauses/${ended.id}/end`, { reason: 'x' });
    },
    async order() {
      const id = `order-${devices}-${(made += 1)}`;
      const own = { id, kind: 'lock', until: null, notice: null, telephone: null, act: null, release: null } as const;
      const deps = { now: server.clock.now(), announce };
      await server.db.transaction().execute((tx) => orderRestrictions(tx, of, BEHIND, [own], deps));
      orders.push({ id, isTold: false });
    },
    async lift(which: number) {
      const [lifted] = orders.splice(which, 1);
      const deps = { now: server.clock.now(), announce };
      if (lifted !== undefined)
        await server.db.transaction().execute((tx) => liftRestrictions(tx, of, [lifted.id], BEHIND, deps));
    },
    /** Every job is done, and it has called. */
    async isTold() {
      const told = await device.desired();
      if (told === undefined) return last;
      last = told;
      await device.report(told.version);
      return last;
    },
  };
}

it('paused is told exactly while a pause holds, and what restricts the device is told until it is lifted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const device = await created();
      const settled = async () => {
        const told = await device.isTold();
        const kept = (told?.restrictions ?? []).map(({ id }) => id);
        const must = device.orders.filter(({ isTold }) => isTold || !device.isPaused()).map(({ id }) => id);
        expect(kept).toEqual(expect.arrayContaining(must));
        expect(device.orders.map(({ id }) => id)).toEqual(expect.arrayContaining(kept));
        for (const order of device.orders) order.isTold = kept.includes(order.id);
        const until = Math.max(...device.pauses.map((one) => one.until));
        expect(told?.paused?.until).toBe(device.isPaused() ? iso(until) : undefined);
      };
      for (const one of steps) {
        if (one.does === 'begin') await device.begin(one.scope, one.hours);
        else if (one.does === 'end') await device.end(one.which);
        else if (one.does === 'pass') server.clock.pass(one.hours * HOUR);
        else if (one.does === 'order') await device.order();
        else if (one.does === 'lift') await device.lift(one.which);
        else if (one.does === 'jobs') await server.app.jobs.runDue();
        else await settled();
      }
      await settled();
      while (device.pauses.length > 0) await device.end(0);
      await settled();
      expect(device.isPaused()).toBe(false);
      const row = await server.db
        .selectFrom('devices')
        .select(['paused_since', 'paused_until', 'paused_version'])
        .where('asset_tag', '=', device.tag)
        .executeTakeFirstOrThrow();
      expect(Object.values(row)).toEqual([null, null, null]);
    }),
    { numRuns: 25 },
  );
}, 60_000);
