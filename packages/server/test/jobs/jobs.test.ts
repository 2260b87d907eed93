import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db, OpenDatabase } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { retryDelay } from '../../src/jobs/back-off.ts';
import { enqueue, type NewJob } from '../../src/jobs/queue.ts';
import { type JobKind, LEASE_MS } from '../../src/jobs/run.ts';
import { complete, countJobs, leaseDue } from '../../src/jobs/store.ts';
import { createWorker } from '../../src/jobs/worker.ts';
import { type FakeClock, fakeClock, seededRandom } from '../app/harness.ts';

const HOUR = 3_600_000;
const random = seededRandom();
const log = pino({ level: 'silent' });
let [folder, clock]: [string, FakeClock] = ['', fakeClock()];
let opened: OpenDatabase[] = [];
let db: Db;
let kept: TestDatabase;

const open = (): Db => {
  const database = openDatabase(kept.location);
  opened.push(database);
  return database.db;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-jobs-'));
  clock = fakeClock();
  kept = await testDatabase(folder);
  db = open();
});
afterEach(async () => {
  for (const database of opened) await database.close();
  opened = [];
  await kept.drop();
  rmSync(folder, { recursive: true, force: true });
});

const queue = (job: Partial<NewJob> = {}) =>
  db
    .transaction()
    .execute((tx) =>
      enqueue(
        tx,
        { organisation: 'main', kind: 'task', key: 'a', payload: {}, runAt: clock.now(), at: clock.now(), ...job },
        random,
      ),
    );
const rows = () => db.selectFrom('jobs').selectAll().orderBy('id').execute();
const workerOf = (task: JobKind['run'], forever = false, on: Db = db) =>
  createWorker({ db: on, kinds: { task: { run: task, forever } }, clock, random, log });

describe('enqueue', () => {
  it('adds no second job with the same key while one waits, and keeps the earlier moment', async () => {
    const now = clock.now();
    await queue({ runAt: now + HOUR, payload: 1 });
    await queue({ runAt: now + 2 * HOUR, payload: 2 });
    expect(await rows()).toMatchObject([{ run_at: now + HOUR, payload: '1' }]);
    await queue({ runAt: now + 10, payload: 3 });
    expect(await rows()).toMatchObject([{ run_at: now + 10, payload: '1' }]);
  });

  it('tells jobs apart by organisation, kind and key', async () => {
    await queue();
    await queue({ organisation: 'other' });
    await queue({ kind: 'else' });
    await queue({ key: 'b' });
    expect(await rows()).toHaveLength(4);
  });

  it('queues nothing where the transaction fails', async () => {
    const failing = db.transaction().execute(async (tx) => {
      await enqueue(tx, { organisation: 'main', kind: 'task', key: 'a', payload: {}, runAt: 0, at: 0 }, random);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await rows()).toEqual([]);
  });
});

describe('the worker', () => {
  it('runs what is due, and nothing before', async () => {
    const seen: unknown[] = [];
    const worker = workerOf(async (payload) => void seen.push(payload));
    await queue({ payload: { at: 'once' } });
    await queue({ key: 'later', payload: { at: 'later' }, runAt: clock.now() + HOUR });
    expect(await worker.runDue()).toBe(1);
    expect(seen).toEqual([{ at: 'once' }]);
    clock.pass(HOUR);
    await worker.runDue();
    expect(seen).toEqual([{ at: 'once' }, { at: 'later' }]);
    expect(await countJobs(db)).toEqual({ waiting: 0, dead: 0 });
  });

  it('tries again with growing pauses, then gives up', async () => {
    let attempts = 0;
    const worker = workerOf(async () => {
      attempts += 1;
      throw new Error('the mail server is down');
    });
    await queue();
    await worker.runDue();
    await worker.runDue();
    expect(attempts).toBe(1);
    expect(await rows()).toMatchObject([{ status: 'waiting', attempts: 1, last_error: 'the mail server is down' }]);
    for (let index = 0; index < 20; index += 1) {
      clock.pass(HOUR);
      await worker.runDue();
    }
    expect(attempts).toBe(12);
    expect(await rows()).toMatchObject([{ status: 'dead' }]);
    expect(await countJobs(db)).toEqual({ waiting: 0, dead: 1 });
  });

  it('never gives up what must arrive', async () => {
    let attempts = 0;
    const worker = workerOf(async () => {
      attempts += 1;
      if (attempts < 40) throw new Error('not yet');
    }, true);
    await queue();
    for (let index = 0; index < 41; index += 1) {
      await worker.runDue();
      clock.pass(HOUR);
    }
    expect(attempts).toBe(40);
    expect(await rows()).toMatchObject([{ status: 'done' }]);
  });

  it('keeps a job of a kind that it does not know', async () => {
    await queue({ kind: 'of-a-newer-version' });
    await workerOf(async () => {}).runDue();
    expect(await rows()).toMatchObject([{ status: 'waiting', attempts: 1 }]);
  });

  it('runs what was queued while the same was being run', async () => {
    let runs = 0;
    const worker = workerOf(async () => {
      runs += 1;
      if (runs === 1) await queue();
    });
    await queue();
    await worker.runDue();
    expect(runs).toBe(2);
  });

  it('lets the job that was queued meanwhile do the work of one that failed', async () => {
    let runs = 0;
    const worker = workerOf(async () => {
      runs += 1;
      if (runs > 1) return;
      await queue();
      throw new Error('failed after all');
    });
    await queue();
    await worker.runDue();
    expect(runs).toBe(2);
    expect((await rows()).map(({ status }) => status)).toEqual(['done', 'done']);
  });

  it('takes over from a process that was killed, once its lease has ended', async () => {
    await queue();
    const [lost] = await leaseDue(db, { now: clock.now(), leaseMs: LEASE_MS, limit: 1 });
    let runs = 0;
    const worker = workerOf(async () => void (runs += 1));
    expect(await worker.runDue()).toBe(0);
    clock.pass(LEASE_MS);
    expect(await worker.runDue()).toBe(1);
    expect(runs).toBe(1);
    // The one that was thought dead wakes up: its lease counts for nothing.
    if (lost !== undefined) await complete(db, lost);
    expect(await rows()).toMatchObject([{ status: 'done', attempts: 2 }]);
  });

  it('looks once woken, and stops only when what it runs is done', async () => {
    let finished = false;
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const worker = workerOf(async () => {
      resolve();
      await new Promise((done) => setTimeout(done, 50));
      finished = true;
    });
    worker.start();
    await queue();
    worker.wake();
    await begun;
    await worker.stop();
    expect(finished).toBe(true);
    expect(worker.isRunning()).toBe(false);
  });
});

describe('a kind that waits for another machine', () => {
  it('holds up no other, however much of it is due', async () => {
    const stuck = Promise.withResolvers<void>();
    const ran: unknown[] = [];
    const worker = createWorker({
      db,
      kinds: {
        slow: { forever: true, apart: true, run: () => stuck.promise },
        task: { forever: true, run: async (payload) => void ran.push(payload) },
      },
      clock,
      random,
      log,
    });
    for (let count = 0; count < 20; count += 1) await queue({ kind: 'slow', key: String(count) });
    for (let count = 0; count < 20; count += 1) await queue({ key: String(count), payload: count });
    const all = worker.runDue();
    while (ran.length < 20) await new Promise(setImmediate);
    expect((await rows()).filter(({ kind, status }) => kind === 'slow' && status === 'running')).toHaveLength(8);
    stuck.resolve();
    expect(await all).toBe(40);
  });

  it('holds up nothing that a third queues later', async () => {
    const [stuck, told, started] = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const kinds: Record<string, JobKind> = {
      slow: {
        forever: true,
        apart: true,
        run: () => {
          started?.resolve();
          return stuck?.promise ?? Promise.resolve();
        },
      },
      quick: { forever: true, apart: true, run: async () => told?.resolve() },
      task: {
        forever: true,
        run: async () => {
          await started?.promise;
          await queue({ kind: 'quick' });
        },
      },
    };
    await queue({ kind: 'slow' });
    await queue();
    const all = createWorker({ db, kinds, clock, random, log }).runDue();
    await told?.promise;
    stuck?.resolve();
    expect(await all).toBe(3);
  });
});

describe('two workers', () => {
  it('never run one job, or two of one key, at once', async () => {
    const other = open();
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(keys, fc.array(fc.nat({ max: 3 }), { minLength: 12, maxLength: 12 }), async (list, pauses) => {
        await db.deleteFrom('jobs').execute();
        const running = new Set<unknown>();
        const ran: unknown[] = [];
        const task: JobKind['run'] = async (payload) => {
          expect(running.has(payload)).toBe(false);
          running.add(payload);
          for (let turn = pauses[ran.length % 12] ?? 0; turn > 0; turn -= 1) await new Promise(setImmediate);
          running.delete(payload);
          ran.push(payload);
        };
        const workers = [workerOf(task), workerOf(task, false, other)];
        for (const key of list) {
          await queue({ key, payload: key });
          if (ran.length % 2 === 0) void workers[0]?.runDue();
        }
        await Promise.all(workers.flatMap((worker) => [worker.runDue(), worker.runDue()]));
        await Promise.all(workers.map((worker) => worker.runDue()));
        expect(new Set(ran)).toEqual(new Set(list));
        expect((await rows()).every(({ status, last_error }) => status === 'done' && last_error === null)).toBe(true);
        expect(ran).toHaveLength((await rows()).length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the pause before another attempt', () => {
  it('lies between half of a doubling second and that second, and never above an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, fraction) => {
          const delay = retryDelay(attempts, { bytes: random.bytes, fraction: () => fraction });
          const full = Math.min(1000 * 2 ** (attempts - 1), HOUR);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(full / 2));
          expect(delay).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});
