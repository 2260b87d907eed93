import { describe, expect, it } from 'vitest';
import { AGENT_BUDGET_BYTES, BUDGETS, MIB } from '../../src/budget/budgets.ts';
import { Ledger } from '../../src/budget/ledger.ts';
import { usageInWords, usageOf, usedBy, usedToday } from '../../src/cli/usage-in-words.ts';
import { createHealth } from '../../src/cycle/health.ts';
import { createStretch } from '../../src/cycle/stretch.ts';
import { createUsageKeeper, usageIn } from '../../src/cycle/usage.ts';
import type { Usage } from '../../src/host/host.ts';
import { createMeter, usageOf as usageOfHost } from '../../src/host/meter.ts';
import { countedTransport } from '../../src/uplink/counted.ts';
import type { Transport } from '../../src/uplink/transport.ts';
import { enrolledStore } from '../support.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const HOUR = 3_600_000;

function setUp({ outbox } = enrolledStore()) {
  const state = { now: NOON };
  const ledger = new Ledger({ measure: 'processor', now: () => 0 });
  const own = { processorMs: 0, residentBytes: 90 * MIB, peakBytes: 100 * MIB, writtenBytes: 0 };
  const usage: Usage = {
    ...usageOfHost(ledger, createMeter({ ledger, clock: { monotonic: () => 0 }, system: undefined })),
    look: () => ledger.look({ ...own, processorMs: (own.processorMs += 10) }),
  };
  const now = () => state.now;
  const keeper = createUsageKeeper({ host: { usage }, meta: outbox.meta, now });
  const spend = (id: string, processorMs: number) => ledger.charge(id, { processorMs, outputBytes: 7 });
  return { state, ledger, keeper, spend, outbox, usage, now };
}

describe('what the agent has used', () => {
  it('is kept from time to time, when something is stopped, and at the end', () => {
    const { state, ledger, keeper, spend, outbox } = setUp();
    const kept = () => usageIn(outbox.meta)?.day.sources['a']?.processorMs;
    spend('a', 1);
    keeper.keep();
    spend('a', 1);
    keeper.keep();
    expect(kept()).toBe(1);
    state.now += HOUR / 6;
    keeper.keep();
    expect(kept()).toBe(2);
    spend('a', BUDGETS.processor.source.hourMs);
    ledger.refusal('a');
    keeper.keep();
    expect(kept()).toBe(60_002);
    spend('a', 1);
    keeper.keep(true);
    expect(kept()).toBe(60_003);
  });

  it('counts on after a restart', () => {
    const { keeper, spend, outbox } = setUp();
    spend('a', BUDGETS.processor.source.hourMs);
    keeper.keep(true);
    const next = setUp({ ...enrolledStore(), outbox });
    expect(next.ledger.refusal('a')).toMatchObject({ name: 'a' });
  });

  it.each(['nonsense', '{"day":{}}', 'null'])('begins at nothing where %s was kept', (text) => {
    const { outbox } = enrolledStore();
    outbox.meta.set('usage', text);
    expect(usageIn(outbox.meta)).toBeUndefined();
    expect(setUp({ ...enrolledStore(), outbox }).ledger.refusal('a')).toBeUndefined();
  });

  it('is a fact of the agent’s health where it was too much, and the same fact from look to look', () => {
    const { ledger, spend, outbox, usage, now } = setUp();
    const health = createHealth({ outbox, skewMs: () => ({ known: 0 }), now, host: { usage } });
    const told = () => (health.observe().facts as { known: object }).known;
    expect(told()).not.toHaveProperty('overBudget');
    spend('a', BUDGETS.processor.source.hourMs);
    ledger.refusal('a');
    const first = told();
    expect(first).toMatchObject({ overBudget: [{ name: 'a', used: 60, budget: 60, window: 'hour' }] });
    spend('a', 1_000);
    ledger.refusal('a');
    expect(told()).toEqual(first);
  });

  it('is told of today, dearest source first', () => {
    const { ledger, keeper, spend, outbox } = setUp();
    spend('cheap', 1_000);
    for (const _run of [1, 2]) spend('dear', 31_000);
    ledger.refusal('dear');
    ledger.network({ sentBytes: MIB, receivedBytes: 2 * MIB });
    keeper.keep(true);
    const use = usedToday(outbox.meta, NOON);
    if (use === undefined) throw new Error('it was kept');
    const usage = usageOf(use);
    expect(usage).toMatchObject({
      since: '2026-11-30T00:00:00.000Z',
      processorSeconds: { all: 63, programs: 63, budget: 900 },
      memoryMiB: { now: 90, peak: 100 },
      sentBytes: MIB,
      writtenBytes: 0,
      dearest: [{ source: 'dear', processorSeconds: 62, runs: 2, outputBytes: 14 }, { source: 'cheap' }],
    });
    expect(usedBy(use, 'none')).toEqual({ processorSeconds: 0, runs: 0, outputBytes: 0 });
    expect(usageInWords(usage).join('\n')).toContain('dear: 62 of 60 s of processor time in an hour');
    expect(usageInWords(null)).toEqual([]);
    const tomorrow = usedToday(outbox.meta, NOON + 24 * HOUR);
    expect(tomorrow && usageOf(tomorrow)).toMatchObject({
      processorSeconds: { all: 0 },
      writtenBytes: null,
      dearest: [],
    });
  });
});

describe('what goes over the network', () => {
  const request = { method: 'POST', path: '/p', headers: { ab: 'cd' }, body: Buffer.from('xyz') } as const;
  const streamed = { method: 'GET', path: '/s', headers: {} } as const;
  async function* body() {
    yield Buffer.from('12');
    yield Buffer.from('345');
  }
  const transport: Transport = {
    send: () => Promise.resolve({ status: 200, headers: { ef: undefined }, body: Buffer.from('12345') }),
    stream: () => Promise.resolve({ status: 200, headers: {}, body: body() }),
    close: () => Promise.resolve(),
  };

  it('is counted both ways, a stream as it comes', async () => {
    const { ledger, usage } = setUp();
    const counted = countedTransport(transport, usage);
    await counted.send(request, AbortSignal.any([]));
    expect(ledger.kept().day).toMatchObject({ sentBytes: 9, receivedBytes: 7 });
    const stream = await counted.stream?.(streamed, AbortSignal.any([]));
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream?.body ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('12345');
    expect(ledger.kept().day).toMatchObject({ sentBytes: 11, receivedBytes: 12 });
  });

  it('has no stream where the transport has none, and is the same where nobody counts', () => {
    const { usage } = setUp();
    const { send, close } = transport;
    expect(countedTransport({ send, close }, usage).stream).toBeUndefined();
    expect(countedTransport(transport, undefined)).toBe(transport);
  });

  it('has the agent look once an hour where it is too much, and drops nothing', () => {
    const { ledger, keeper } = setUp();
    const isDue = createStretch(keeper.isPressed);
    expect([isDue(), isDue()]).toEqual([true, true]);
    ledger.network({ sentBytes: AGENT_BUDGET_BYTES.network });
    expect(Array.from({ length: 8 }, isDue)).toEqual([false, false, false, true, false, false, false, true]);
  });
});
