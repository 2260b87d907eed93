import type { PolicyDocument } from '@beadle/shared';
import { expect, it } from 'vitest';
import { BUDGETS } from '../../src/budget/budgets.ts';
import { Ledger } from '../../src/budget/ledger.ts';
import { assetTagLinux } from '../../src/collectors/asset-tag/linux.ts';
import { createCycle } from '../../src/cycle/cycle.ts';
import { createHealth } from '../../src/cycle/health.ts';
import { createUsageKeeper } from '../../src/cycle/usage.ts';
import { createWhereabouts } from '../../src/cycle/whereabouts.ts';
import { createMachine } from '../../src/host/machine.ts';
import { enclosure } from '../../src/sources/linux/identity.ts';
import { enrolledStore } from '../support.ts';

const MIDNIGHT = Date.UTC(2026, 10, 30);
const HOUR = 3_600_000;

const rule = (id: string, check: string, require: PolicyDocument['rules'][number]['require']) =>
  ({ id, clause: '1', says: 'x', check, require, severity: 'high', mode: 'report' }) as const;
const policy: PolicyDocument = {
  beadlePolicy: 1,
  title: 'Tags',
  organisation: 'A council',
  version: '1',
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'information-security-team-leader',
  rules: [rule('tag', 'asset-tag', { matchRegister: 'required' }), rule('health', 'agent-health', { dropped: 'none' })],
};
const device = {
  kind: 'laptop',
  population: null,
  groups: [],
  onCouncilNetwork: { unknown: 'not-told' },
  register: { assetTag: 'DBC-1', serialNumber: 'INV-1' },
  registeredSticks: null,
} as const;

function setUp() {
  const { outbox, memory, random, sql } = enrolledStore();
  const state = { now: MIDNIGHT };
  const now = () => state.now;
  const spent = new Ledger({ measure: process.platform === 'linux' ? 'processor' : 'elapsed', now });
  spent.charge(enclosure.id, { processorMs: BUDGETS.elapsed.source.hourMs });
  outbox.meta.set('usage', JSON.stringify(spent.kept()));
  // The process of these tests is of any size.
  const own = () => ({ processorMs: 0, residentBytes: 0, peakBytes: 0, writtenBytes: 0 });
  const host = createMachine({ clock: { now, monotonic: now }, sources: [enclosure], own });
  const cycle = createCycle({
    host,
    collectors: [assetTagLinux],
    histories: [],
    whereabouts: createWhereabouts(undefined),
    outbox,
    memory,
    random,
    now,
    orders: { versions: () => [{ from: 0, policy }], authorisations: () => [] },
    device: () => device,
    health: createHealth({ outbox, host, now, skewMs: () => ({ known: 0 }) }),
    usage: createUsageKeeper({ host, meta: outbox.meta, now }),
  });
  let told = 0;
  return {
    state,
    /** What the cycle has newly found. */
    async look() {
      await cycle.run();
      const bodies = sql.prepare<[], Buffer>('select body from outbox order by sequence').pluck().all();
      const found = bodies.slice(told).map((body) => JSON.parse(body.toString()) as Record<string, unknown>);
      told = bodies.length;
      return found.map(({ rule: id, verdict, reason, observed }) => ({ id, verdict, reason, observed }));
    },
  };
}

it('what a stopped source would tell is unknown, said once with its figure, until it is read again', async () => {
  const { state, look } = setUp();
  expect(await look()).toEqual([
    { id: 'tag', verdict: 'unknown', reason: 'over-budget', observed: expect.anything() },
    {
      id: 'health',
      verdict: 'fail',
      reason: undefined,
      observed: {
        dropped: 0,
        overBudget: [expect.stringMatching(/^linux\/enclosure: 180 of \d+ s of processor time/)],
      },
    },
  ]);
  state.now += HOUR / 4;
  expect(await look()).toEqual([]);
  state.now += HOUR;
  const again = await look();
  expect(again).toMatchObject([{ id: 'tag' }]);
  expect(again[0]?.reason).not.toBe('over-budget');
  state.now = MIDNIGHT + 48 * HOUR;
  expect(await look()).toMatchObject([{ id: 'health', verdict: 'pass' }]);
});
