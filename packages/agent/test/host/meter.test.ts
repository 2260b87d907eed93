import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BUDGETS, MIB, SOURCE_MEMORY_BYTES } from '../../src/budget/budgets.ts';
import { Ledger } from '../../src/budget/ledger.ts';
import { createExec } from '../../src/host/exec.ts';
import { createMeter } from '../../src/host/meter.ts';
import { createMachine } from '../../src/host/machine.ts';
import { type GroupUse, procfs } from '../../src/host/procfs.ts';
import { allOf, createShares } from '../../src/host/shares.ts';
import type { CommandSource, Source } from '../../src/host/source.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const sourceOf = (id: string, reads: Source['reads'], timeLimitMs = 20_000): Source => ({
  id,
  platform: 'linux',
  reads,
  privilege: 'none',
  timeLimitMs,
  outputLimitBytes: 10_000,
  why: 'test',
});
const sh = (id: string, script: string, timeLimitMs?: number) =>
  sourceOf(id, { kind: 'command', files: ['/bin/sh'], args: ['-c', script] } satisfies CommandSource, timeLimitMs);
/** Some tenths of a second of a processor, by counting. */
const BUSY = 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done';

describe('the time that is passed on one process that answers several', () => {
  it('is shared by how long each took to answer', () => {
    let now = 0;
    const shares = createShares(['a', 'b', 'c', 'd'], () => now);
    now = 10;
    shares.answered('a');
    expect(shares.current()).toBe('b');
    now = 40;
    shares.answered('b');
    now = 100;
    expect([...shares.shares()]).toEqual([
      ['a', 0.1],
      ['b', 0.3],
      ['c', 0.3],
      ['d', 0.3],
    ]);
  });

  it('is shared alike where no time has passed', () => {
    const shares = createShares(['a', 'b'], () => 0);
    shares.answered('a');
    expect([...shares.shares().values()]).toEqual([0.5, 0.5]);
  });
});

describe('a program that is run', () => {
  const setUp = (system: Parameters<typeof createMeter>[0]['system']) => {
    const state = { now: 0 };
    const ledger = new Ledger({ measure: 'processor', now: () => state.now });
    const meter = createMeter({ ledger, clock: { monotonic: () => state.now }, system });
    return { state, ledger, meter, child: Object.assign(new EventEmitter(), { pid: 7 }) };
  };
  const idle = { leaderMs: 0, othersMs: 0, residentBytes: MIB };

  it('costs what the system has added at its end, and what it leaves behind that is killed', () => {
    let collected = 500;
    const system = {
      childrenMs: () => collected,
      group: () => ({ ...idle, othersMs: 70 }),
      writtenBytes: () => undefined,
    };
    const { ledger, meter, child } = setUp(system);
    const metered = meter.begin(child, allOf('a'));
    metered.printed(12);
    metered.ending();
    collected += 30;
    child.emit('exit');
    child.emit('close');
    expect(ledger.kept().day).toMatchObject({
      programsMs: 100,
      sources: { a: { processorMs: 100, outputBytes: 12, runs: 1 } },
    });
  });

  it('that was not there costs nothing, and is no run', () => {
    const { ledger, meter } = setUp(undefined);
    const child = new EventEmitter();
    meter.begin(child, allOf('a'));
    child.emit('close');
    expect(ledger.kept().day.sources).toEqual({});
  });

  it('that stays is counted while it does, and stopped once it has used up its budget', () => {
    let used = 40;
    const system = {
      childrenMs: () => 0,
      group: () => ({ ...idle, leaderMs: used }),
      writtenBytes: () => undefined,
    };
    const { ledger, meter, child } = setUp(system);
    let stopped = 0;
    meter.stay(child, 'stream', () => (stopped += 1));
    meter.look();
    expect([ledger.kept().day.sources['stream']?.processorMs, stopped]).toEqual([40, 0]);
    used = BUDGETS.processor.source.hourMs;
    meter.look();
    expect([ledger.kept().day.programsMs, stopped]).toEqual([used, 1]);
  });

  it('is measured by the clock where the system tells no more', () => {
    const state = { now: 0 };
    const ledger = new Ledger({ measure: 'elapsed', now: () => 0 });
    const meter = createMeter({ ledger, clock: { monotonic: () => state.now }, system: undefined });
    const child = Object.assign(new EventEmitter(), { pid: 7 });
    meter.begin(child, allOf('a'));
    state.now = 250;
    child.emit('exit');
    child.emit('close');
    expect(ledger.kept().day.programsMs).toBe(250);
  });
});

describe.skipIf(procfs === undefined)('on this machine', () => {
  const used = (host: ReturnType<typeof createMachine>, id: string) => host.usage?.kept().day.sources[id];

  it('what a program and its own children use is found again with its source', async () => {
    const [busy, quiet] = [sh('linux/busy', `sh -c '${BUSY}'; echo done`), sh('linux/quiet', 'echo done')];
    const host = createMachine({ clock, sources: [busy, quiet] });
    await host.read(busy);
    await host.read(quiet);
    expect(used(host, 'linux/busy')).toMatchObject({ outputBytes: 5, runs: 1 });
    expect(used(host, 'linux/busy')?.processorMs).toBeGreaterThan(20);
    expect(used(host, 'linux/quiet')?.processorMs).toBeLessThan(20);
  });

  it('what is killed for being late is counted with what it had started', async () => {
    const late = sh('linux/late', 'sh -c "while :; do :; done" & wait', 300);
    const host = createMachine({ clock, sources: [late] });
    expect(await host.read(late)).toMatchObject({ reason: 'timed-out' });
    await expect.poll(() => used(host, 'linux/late')?.processorMs ?? 0).toBeGreaterThan(20);
  });

  it('what is over its budget is not read, and says so', async () => {
    const one = sh('linux/one', 'echo done');
    const host = createMachine({ clock, sources: [one] });
    const { usage } = host;
    const kept = usage?.kept();
    if (usage === undefined || kept === undefined) throw new Error('a machine counts');
    kept.hour.processorMs['linux/one'] = BUDGETS.processor.source.hourMs;
    usage.begin(clock.now, kept);
    const refused = {
      kind: 'unreadable',
      reason: 'over-budget',
      detail: 'linux/one: 60 of 60 s of processor time in an hour',
    };
    expect(await host.read(one)).toEqual(refused);
    expect((await host.readAll([{ source: one }])).get('linux/one')).toEqual(refused);
    expect(host.started.processes).toBe(0);
    expect(usage.told()).toMatchObject([{ name: 'linux/one' }]);
  });

  it('what stays is ended once its budget is used up, and not followed again before the window ends', async () => {
    const args = ['-c', 'echo ready; while :; do :; done'];
    const stream = sourceOf('linux/stream', { kind: 'stream', files: ['/bin/sh'], args });
    const state = { now: clock.now() };
    const host = createMachine({ clock: { ...clock, now: () => state.now }, sources: [stream] });
    const { usage } = host;
    const ready = Promise.withResolvers<string>();
    const ended = host.follow(stream, ready.resolve, AbortSignal.timeout(20_000));
    await ready.promise;
    const kept = usage?.kept();
    if (usage === undefined || kept === undefined) throw new Error('a machine counts');
    kept.hour.processorMs['linux/stream'] = BUDGETS.processor.source.hourMs;
    usage.look();
    expect(await ended).toMatchObject({ reason: 'source-failed' });
    const again = () => host.follow(stream, () => undefined, AbortSignal.abort());
    expect(await again()).toMatchObject({ reason: 'over-budget' });
    state.now += 3_600_000;
    expect(await again()).toMatchObject({ reason: 'gone' });
  });

  it('what takes too much memory is ended, and not read again for the hour', async () => {
    if (procfs === undefined) return;
    const residentBytes = SOURCE_MEMORY_BYTES + MIB;
    const system = { ...procfs, group: (leader: number) => ({ ...procfs?.group(leader), residentBytes }) as GroupUse };
    const greedy = sh('linux/greedy', 'sleep 20');
    const ledger = new Ledger({ measure: 'processor', now: clock.now });
    const meter = createMeter({ ledger, clock, system });
    const result = await createExec({ allowed: [greedy], environment: {}, meter }).run(greedy);
    expect(result).toEqual({ kind: 'unreadable', reason: 'over-budget' });
    expect(ledger.refusal('linux/greedy')).toMatchObject({ resource: 'memory', used: 385, budget: 384 });
  });

  it('its own use is counted, too', () => {
    const host = createMachine({ clock, sources: [] });
    host.usage?.look();
    const kept = host.usage?.kept();
    expect(kept?.day.ownMs).toBeGreaterThan(0);
    expect(kept?.residentBytes).toBeGreaterThan(10 * MIB);
    expect(kept?.day.writtenBytes).not.toBeNull();
  });
});
