import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_BUDGET_BYTES, BUDGETS, type Measure, MIB } from '../../src/budget/budgets.ts';
import { allMs, Ledger, type StoppedFor } from '../../src/budget/ledger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.parse('2026-11-30T00:00:00Z');
const STOPPED_FOR: Readonly<Record<string, StoppedFor>> = { sticks: 'own-use', order: 'nothing' };
const { source, all } = BUDGETS.processor;

const stoppedFor = (id: string) => STOPPED_FOR[id] ?? 'everything';

function setUp(measure: Measure = 'processor') {
  const state = { now: MIDNIGHT };
  const now = () => state.now;
  const ledger = new Ledger({ measure, now, stoppedFor });
  const own = { processorMs: 0, residentBytes: MIB, peakBytes: MIB, writtenBytes: 0 };
  return { state, now, ledger, own };
}
const run = (ledger: Ledger, id: string, processorMs: number) => ledger.charge(id, { processorMs });

describe('the budget of a source', () => {
  it('lets it run until it is used up, and again in the next hour', () => {
    const { state, ledger } = setUp();
    run(ledger, 'a', source.hourMs - 1);
    expect(ledger.refusal('a')).toBeUndefined();
    run(ledger, 'a', 1);
    expect(ledger.refusal('a')).toMatchObject({ name: 'a', budgetOf: 'source', window: 'hour', used: 60, budget: 60 });
    expect(ledger.refusal('b')).toBeUndefined();
    state.now += HOUR;
    expect(ledger.refusal('a')).toBeUndefined();
  });

  it('holds for the day, however little was used in each hour', () => {
    const { state, ledger } = setUp();
    for (; ledger.refusal('a') === undefined; state.now += HOUR) run(ledger, 'a', source.dayMs / 10);
    expect(ledger.refusal('a')).toMatchObject({ window: 'day', used: source.dayMs / 1000 });
    state.now = MIDNIGHT + DAY;
    expect(ledger.refusal('a')).toBeUndefined();
  });

  it('counts what was used in the window that a clock is put back to', () => {
    const { state, ledger } = setUp();
    run(ledger, 'a', source.hourMs);
    state.now -= 400 * DAY;
    expect(ledger.refusal('a')).toBeDefined();
    state.now += HOUR;
    expect(ledger.refusal('a')).toBeUndefined();
  });

  it('is not read for the hour after its program had to be ended for its memory', () => {
    const { state, ledger } = setUp();
    ledger.endedForMemory('a', 400 * MIB);
    expect(ledger.refusal('a')).toMatchObject({ resource: 'memory', used: 400, budget: 384 });
    state.now += HOUR;
    expect(ledger.refusal('a')).toBeUndefined();
  });

  it('goes on where an earlier run of the agent had been', () => {
    const { ledger } = setUp();
    run(ledger, 'a', source.hourMs);
    const next = setUp();
    next.ledger.begin(next.now, structuredClone(ledger.kept()));
    expect(next.ledger.refusal('a')).toBeDefined();
    next.ledger.begin(next.now, undefined);
    expect(next.ledger.refusal('a')).toBeDefined();
  });

  it('has more room where only the time that a program took is known', () => {
    const { ledger } = setUp('elapsed');
    run(ledger, 'a', source.hourMs);
    expect(ledger.refusal('a')).toBeUndefined();
  });
});

describe('the budget of everything', () => {
  it('stops the dearest first, and all at last but what watches sticks and printers', () => {
    const { ledger, own } = setUp();
    run(ledger, 'dear', source.hourMs - 1);
    ledger.look({ ...own, processorMs: all.dayMs - 2 * source.hourMs });
    run(ledger, 'cheap', 1_000);
    run(ledger, 'sticks', 1_000);
    expect(ledger.refusal('dear')).toMatchObject({ name: 'dear', budgetOf: 'agent', budget: 900 });
    expect(ledger.refusal('cheap')).toBeUndefined();
    ledger.look({ ...own, processorMs: all.dayMs });
    expect(['dear', 'cheap', 'new', 'sticks'].filter((id) => ledger.refusal(id) !== undefined)).toEqual([
      'dear',
      'cheap',
      'new',
    ]);
    run(ledger, 'order', source.dayMs);
    expect(ledger.refusal('order')).toBeUndefined();
    run(ledger, 'sticks', source.hourMs);
    expect(ledger.refusal('sticks')).toMatchObject({ budgetOf: 'source' });
  });

  it.each([
    ['network', (ledger: Ledger) => ledger.network({ receivedBytes: AGENT_BUDGET_BYTES.network }), {}],
    ['disk', () => undefined, { writtenBytes: AGENT_BUDGET_BYTES.disk }],
    ['memory', () => undefined, { residentBytes: AGENT_BUDGET_BYTES.memory }],
  ])('of %s has it look less often, and stops nothing', (resource, spend, used) => {
    const { state, ledger, own } = setUp();
    expect(ledger.isPressed()).toBe(false);
    spend(ledger);
    ledger.look({ ...own, ...used });
    expect(ledger.isPressed()).toBe(true);
    expect(ledger.refusal('a')).toBeUndefined();
    expect(ledger.told()).toMatchObject([{ name: 'agent', budgetOf: 'agent', resource }]);
    state.now += DAY;
    ledger.look({ ...own, ...used, residentBytes: MIB });
    expect(ledger.isPressed()).toBe(false);
  });

  it('knows that nothing tells what was written, and counts only what is new', () => {
    const { ledger, own } = setUp();
    ledger.look({ ...own, writtenBytes: undefined });
    expect(ledger.kept().day.writtenBytes).toBeNull();
    ledger.look({ ...own, writtenBytes: 10, processorMs: 5 });
    ledger.look({ ...own, writtenBytes: undefined, processorMs: 9 });
    ledger.look({ ...own, writtenBytes: 30, processorMs: 9 });
    expect(ledger.kept().day).toMatchObject({ writtenBytes: 30, ownMs: 9 });
  });
});

describe('what was over budget', () => {
  it('is told once, with the figure of the first time, until a whole day has passed without', () => {
    const { state, ledger } = setUp();
    expect(ledger.told()).toEqual([]);
    run(ledger, 'a', source.hourMs + 1_234);
    ledger.refusal('a');
    state.now += HOUR;
    run(ledger, 'a', source.hourMs);
    ledger.refusal('a');
    const told = ledger.told();
    expect(told).toMatchObject([{ name: 'a', used: 61.2 }]);
    state.now = MIDNIGHT + 2 * DAY - 1;
    expect(ledger.told()).toEqual(told);
    state.now += 1;
    expect(ledger.told()).toEqual([]);
  });

  it('of long ago is not told after a time in which nothing was counted', () => {
    const { state, ledger } = setUp();
    run(ledger, 'a', source.hourMs);
    ledger.refusal('a');
    state.now += 3 * DAY;
    expect(ledger.told()).toEqual([]);
  });
});

const Step = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'sticks'),
  costMs: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 200_000 })),
  ownMs: fc.integer({ min: 0, max: 5_000 }),
  passedMs: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 8 * HOUR })),
});

it('whatever the costs, never exceeds a budget by more than one run of a source a window, and lets all run again', () => {
  fc.assert(
    fc.property(fc.array(Step, { maxLength: 300 }), (steps) => {
      const { state, now, ledger, own } = setUp();
      let processorMs = 0;
      let [hour, day] = [-1, -1];
      let [byHour, byDay] = [new Map<string, number>(), new Map<string, number>()];
      for (const { id, costMs, ownMs, passedMs } of steps) {
        state.now += passedMs;
        if (hour !== Math.floor(now() / HOUR)) byHour = new Map();
        if (day !== Math.floor(now() / DAY)) byDay = new Map();
        [hour, day] = [Math.floor(now() / HOUR), Math.floor(now() / DAY)];
        ledger.look({ ...own, processorMs: (processorMs += ownMs) });
        if (ledger.refusal(id) !== undefined) continue;
        // A run begins only where nothing is used up: so each exceeds by less than itself.
        expect(byHour.get(id) ?? 0).toBeLessThan(source.hourMs);
        expect(byDay.get(id) ?? 0).toBeLessThan(source.dayMs);
        expect(id === 'sticks' ? 0 : allMs(ledger.kept())).toBeLessThan(all.dayMs);
        run(ledger, id, costMs);
        byHour.set(id, (byHour.get(id) ?? 0) + costMs);
        byDay.set(id, (byDay.get(id) ?? 0) + costMs);
      }
      state.now += DAY;
      expect(['a', 'b', 'c', 'sticks'].map((id) => ledger.refusal(id))).toEqual(Array(4).fill(undefined));
    }),
  );
});
