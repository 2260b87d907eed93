import { iso } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPause } from '../../src/orders/pause.ts';
import { createMeta, REACHED_AT } from '../../src/outbox/meta.ts';
import { createOrderedDevice, restriction, sign } from './orders.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function paused(device: ReturnType<typeof createOrderedDevice>, ms: number) {
  const since = iso(device.world.time);
  return { issuedAt: since, paused: { since, until: iso(device.world.time + ms) } };
}
const message = (id: string, until: number) => ({ id, kind: 'message', until: iso(until), text: 'Hello.' }) as const;

describe('a device that ICT has paused', () => {
  it('keeps what restricts it in force, lifts what is lifted, and shows a message only afterwards', async () => {
    const device = createOrderedDevice();
    const [lock, media] = [restriction('one', 'lock'), restriction('two', 'block-removable-media')];
    const oneOffs = [message('three', device.world.time + DAY)];
    await device.take(sign({ version: 1, restrictions: [lock, media] }));
    await device.take(sign({ version: 2, ...paused(device, HOUR), restrictions: [lock], oneOffs }));
    expect([...device.machine.force.keys()]).toEqual(['lock']);
    expect(device.machine.shown.filter(({ title }) => title.includes('message'))).toEqual([]);
    device.world.time += HOUR + 1;
    await device.settle();
    expect([...device.machine.force.keys()]).toEqual(['lock']);
    expect(device.machine.shown.filter(({ title }) => title.includes('message'))).toHaveLength(1);
  });

  it('says so again after a restart, and that it is over when a newer document says nothing of it', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: 1, ...paused(device, HOUR) }));
    device.restart();
    expect(device.service.pause.holds()).toBe(true);
    await device.take(sign({ version: 2 }));
    expect(device.service.pause.holds()).toBe(false);
  });

  it('is not paused for longer by a clock that is put back, nor for more than 30 days by any document', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: 1, ...paused(device, HOUR) }));
    createMeta(device.sql).set(REACHED_AT, device.world.time + HOUR);
    device.clock.skew = -DAY;
    expect(device.service.pause.holds()).toBe(false);
    const other = createOrderedDevice();
    await other.take(sign({ version: 1, ...paused(other, 400 * DAY) }));
    expect(other.service.pause.holdsUntil()).toBe(other.world.time + 30 * DAY);
  });
});

const KINDS = ['lock', 'isolate', 'block-removable-media'] as const;

it('whatever comes in whichever order, a device is paused while its newest document says so, and held to all that this says', async () => {
  const step = fc.oneof(
    fc.record({
      does: fc.constant('document' as const),
      hours: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      kinds: fc.uniqueArray(fc.constantFrom(...KINDS)),
    }),
    fc.record({ does: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 30 }) }),
    fc.constant({ does: 'restart' as const }),
    fc.constant({ does: 'hear' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const device = createOrderedDevice();
      let version = 0;
      let until = 0;
      let kinds: readonly string[] = [];
      for (const one of steps) {
        if (one.does === 'pass') device.world.time += one.hours * HOUR;
        else if (one.does === 'restart') device.restart();
        else if (one.does === 'hear') device.hearTime();
        else {
          version += 1;
          kinds = one.kinds;
          until = device.world.time + (one.hours ?? 0) * HOUR;
          const restrictions = one.kinds.map((kind) => restriction(`${kind}-${version}`, kind));
          const pause = one.hours === undefined ? {} : paused(device, one.hours * HOUR);
          await device.take(sign({ issuedAt: iso(device.world.time), ...pause, version, restrictions }));
        }
        await device.settle();
        expect(device.service.pause.holds()).toBe(until > device.world.time);
        expect([...device.machine.force.keys()].toSorted()).toEqual([...kinds].toSorted());
      }
    }),
    { numRuns: 100 },
  );
});

describe('the switch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says at once that a pause has begun, and that its time is over, and nothing once it is stopped', async () => {
    let state: Parameters<typeof sign>[0] | undefined;
    const changed = vi.fn<() => void>();
    const pause = createPause({
      desired: () => state as ReturnType<Parameters<typeof createPause>[0]['desired']>,
      meta: { integer: () => 0 },
      now: () => Date.now(),
      changed,
    });
    const stop = new AbortController();
    const running = pause.run(stop.signal);
    const since = iso(Date.now());
    state = { version: 1, issuedAt: since, paused: { since, until: iso(Date.now() + 40 * DAY) } };
    pause.look();
    pause.look();
    expect(changed).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(30 * DAY - 1000);
    expect(changed).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(changed).toHaveBeenCalledTimes(2);
    stop.abort();
    await running;
    pause.look();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['SQLITE_FULL', 'goes on and looks again'],
    ['SQLITE_CORRUPT', 'ends, as the agent has to'],
  ])('where the store fails with %s at the end of a pause, %s', async (code, _what) => {
    const since = iso(Date.now());
    const state = { device: 'd', version: 1, issuedAt: since, restrictions: [], oneOffs: [] };
    let fails = false;
    const changed = vi.fn<() => void>();
    const pause = createPause({
      desired: () => ({ ...state, paused: { since, until: iso(Date.now() + (fails ? 0 : 1000)) } }),
      meta: {
        integer: () => {
          if (fails) throw new SQLite.SqliteError('made up', code);
          return 0;
        },
      },
      now: () => Date.now(),
      changed,
    });
    const stop = new AbortController();
    const outcome = pause.run(stop.signal).then(
      () => 'stopped',
      () => 'ended',
    );
    fails = true;
    await vi.advanceTimersByTimeAsync(2000);
    fails = false;
    expect(changed).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(code === 'SQLITE_FULL' ? 1 : 0);
    stop.abort();
    expect(await outcome).toBe(code === 'SQLITE_FULL' ? 'stopped' : 'ended');
    expect(vi.getTimerCount()).toBe(0);
  });
});
