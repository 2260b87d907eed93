import { iso } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { createOrderedDevice, restriction, sign } from './orders.ts';

const T = Date.parse('2026-11-23T09:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const message = (id: string, until: number) => ({ id, kind: 'message' as const, until: iso(until), text: 'Hello' });

describe('a restriction', () => {
  it('is in force, told once, and lifted by a state that has it no more', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate')] }));
    await device.settle();
    expect(device.machine.force.get('isolate')).toEqual(['a']);
    expect(device.tell().effects).toEqual(['a in-force']);
    await device.take(sign({ version: T + 1 }));
    expect(device.machine.force.size).toBe(0);
    expect(device.tell().effects).toEqual(['a lifted']);
  });

  it('is put in force again after a restart, and told as it was before', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate')] }));
    device.tell();
    device.machine.force.clear();
    device.restart();
    await device.settle();
    expect(device.machine.force.get('isolate')).toEqual(['a']);
    expect(device.tell().effects).toEqual(['a in-force']);
    expect(device.tell().effects).toEqual([]);
  });

  it('is told again with each version, for a server that was put back and has forgotten it', async () => {
    const device = createOrderedDevice();
    const [a, b] = [restriction('a', 'lock'), restriction('b', 'isolate')];
    await device.take(sign({ version: T, restrictions: [a] }));
    const [first] = device.reports();
    await device.take(sign({ version: T + 1, restrictions: [a, b] }));
    device.world.time += 60_000;
    const [second, ...more] = device.reports();
    expect(second?.effects.map(({ id, effect }) => `${id} ${effect}`)).toEqual(['a in-force', 'b in-force']);
    expect(second?.effects[0]).toEqual(first?.effects[0]);
    expect(more).toEqual([]);
  });

  it('is told whole, and all that had been told before, where more waits than one report holds', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'lock')] }));
    device.tell();
    for (let number = 0; number < 250; number += 1)
      device.service.effects.note({ id: `o-${number}`, kind: 'message' }, 'shown', 'seen');
    device.restart();
    const reports = device.reports();
    expect(reports.map(({ effects }) => effects.length)).toEqual([200, 200]);
    expect(reports[1]?.effects.map(({ id }) => id)).toContain('a');
    expect(new Set(reports.flatMap(({ effects }) => effects.map(({ id }) => id))).size).toBe(251);
  });

  it('that was being put in force when the device stopped is undone where it is lifted meanwhile', async () => {
    const device = createOrderedDevice();
    device.service.accept([sign({ version: T, restrictions: [restriction('a', 'isolate')] })]);
    device.service.effects.begin('a', 'isolate');
    device.machine.force.set('isolate', ['a']);
    device.restart();
    await device.take(sign({ version: T + 1 }));
    expect(device.machine.force.size).toBe(0);
    expect(device.tell().effects).toEqual(['a lifted']);
  });

  it('goes on where another of its kind ends', async () => {
    const device = createOrderedDevice();
    const [a, b] = [restriction('a', 'lock'), restriction('b', 'lock')];
    await device.take(sign({ version: T, restrictions: [a, b] }));
    await device.take(sign({ version: T + 1, restrictions: [b] }));
    expect(device.machine.force.get('lock')).toEqual(['b']);
    expect(device.tell().effects).toEqual(['a in-force', 'b in-force', 'a lifted']);
  });

  it('that does not work is told as failed, and tried until it does', async () => {
    const device = createOrderedDevice();
    device.machine.state.fails.add('lock');
    await device.take(sign({ version: T, restrictions: [restriction('a', 'lock')] }));
    await device.settle();
    expect(device.tell().effects).toEqual(['a failed']);
    device.machine.state.fails.clear();
    await device.settle();
    expect(device.tell().effects).toEqual(['a in-force']);
  });

  it('that cannot be undone is told as failed, and undone later', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate')] }));
    device.machine.state.fails.add('isolate');
    await device.take(sign({ version: T + 1 }));
    device.machine.state.fails.clear();
    await device.settle();
    expect(device.tell().effects).toEqual(['a in-force', 'a failed', 'a lifted']);
  });

  it('tells the worker why, until when and whom to call', async () => {
    const device = createOrderedDevice();
    const more = { notice: 'We are looking into a virus.', telephone: '01442 228000', until: '2026-11-24T17:00:00Z' };
    await device.take(sign({ version: T, restrictions: [restriction('a', 'lock', more)] }));
    expect(device.machine.shown).toHaveLength(1);
    expect(device.machine.shown[0]?.text).toBe(
      'We are looking into a virus.\nCall 01442 228000.\nUntil 24 November 2026 at 17:00, or until ICT ends it.',
    );
  });
});

describe('the end of a restriction', () => {
  const until = iso(T + HOUR);

  it('comes by the server’s time and the time that passes, whatever the clock says', async () => {
    const device = createOrderedDevice();
    device.hearTime();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate', { until })] }));
    device.clock.skew = 365 * DAY;
    await device.settle();
    expect(device.machine.force.has('isolate')).toBe(true);
    device.world.pass(HOUR);
    await device.settle();
    expect(device.machine.force.has('isolate')).toBe(false);
    expect(device.tell().effects).toEqual(['a in-force', 'a lapsed']);
  });

  it('is not brought forward by a clock that is set while the device is off', async () => {
    const device = createOrderedDevice();
    device.hearTime();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate', { until })] }));
    device.clock.skew = 365 * DAY;
    device.restart();
    await device.settle();
    expect(device.machine.force.has('isolate')).toBe(true);
    device.world.pass(2 * HOUR);
    await device.settle();
    expect(device.machine.force.has('isolate')).toBe(false);
  });

  it('is known at once from the server after a long time off', async () => {
    const device = createOrderedDevice();
    device.hearTime();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'isolate', { until })] }));
    device.world.pass(40 * DAY);
    device.restart();
    device.hearTime();
    await device.settle();
    expect(device.tell().effects).toEqual(['a in-force', 'a lapsed']);
  });
});

describe('a device that was off for forty days', () => {
  it('takes up the present state and nothing older, and does nothing too late', async () => {
    const device = createOrderedDevice();
    const old = sign({ version: T, restrictions: [restriction('a', 'lock')], oneOffs: [message('m', T + DAY)] });
    device.world.pass(40 * DAY);
    device.hearTime();
    const now = device.world.time;
    const present = sign({
      version: now,
      restrictions: [restriction('b', 'isolate')],
      oneOffs: [message('m', T + DAY), message('n', now + DAY)],
    });
    await device.take(present, old);
    expect([...device.machine.force.keys()]).toEqual(['isolate']);
    expect(device.machine.shown.filter(({ title }) => title === 'A message from ICT')).toHaveLength(1);
    const { effects, refused } = device.tell();
    expect(effects.toSorted()).toEqual(['b in-force', 'm too-late', 'n shown']);
    expect(refused).toEqual(['older']);
  });
});

describe('what is done once', () => {
  it('waits for somebody to see it, until its time is over', async () => {
    const device = createOrderedDevice();
    device.hearTime();
    device.machine.state.show = { kind: 'later', observed: 'nobody is signed in' };
    await device.take(sign({ version: T, oneOffs: [message('m', T + HOUR), message('n', T + 3 * HOUR)] }));
    expect((await device.settle()).waits).toBe(true);
    device.world.pass(2 * HOUR);
    await device.settle();
    device.machine.state.show = { kind: 'shown', observed: 'seen' };
    await device.settle();
    expect(device.tell().effects).toEqual(['m too-late', 'n shown']);
  });

  it('is not done again where the device stopped while it was being done', async () => {
    const device = createOrderedDevice();
    device.service.accept([sign({ version: T, oneOffs: [message('m', T + DAY)] })]);
    device.service.effects.begin('m', 'message');
    device.restart();
    await device.settle();
    expect(device.machine.shown).toEqual([]);
    expect(device.tell().effects).toEqual(['m failed']);
  });

  it('has the states sent again, once', async () => {
    const device = createOrderedDevice();
    const resend = { id: 'r', kind: 'resend' as const, until: iso(T + DAY) };
    await device.take(sign({ version: T, oneOffs: [resend] }));
    device.restart();
    await device.take(sign({ version: T + 1, oneOffs: [resend] }));
    expect(device.counts.resent).toBe(1);
    expect(device.tell().effects).toEqual(['r sent']);
  });
});
