import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AWAY_AFTER_MS, beat, countedIn, readUptime } from '../../src/judging/uptime.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

const MINUTE = 60_000;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => void (await server.db.deleteFrom('uptime').execute()));
afterAll(() => server.close());

const beatAt = (at: number) => server.db.transaction().execute((tx) => beat(tx, at));
const spans = (now: number) => readUptime(server.db, now);

describe('the time in which a server was there', () => {
  it('is one span while it beats, and another after it was away', async () => {
    for (const minute of [0, 15, 30, 500, 515]) await beatAt(minute * MINUTE);
    expect(await spans(520 * MINUTE)).toEqual([
      { from: 0, to: 30 * MINUTE },
      { from: 500 * MINUTE, to: 520 * MINUTE },
    ]);
  });

  it('ends with the last beat where none has come for long', async () => {
    await beatAt(0);
    expect(await spans(AWAY_AFTER_MS + 1)).toEqual([{ from: 0, to: 0 }]);
  });

  it('is not shortened by a clock that is put back', async () => {
    for (const minute of [0, 15, 5, 30]) await beatAt(minute * MINUTE);
    expect(await spans(30 * MINUTE)).toEqual([{ from: 0, to: 30 * MINUTE }]);
  });

  it('is counted as the sum of what lies between, whatever the moments', () => {
    const moments = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 20 });
    const moment = fc.integer({ min: -10, max: 510 });
    fc.assert(
      fc.property(moments, moment, moment, (ends, from, to) => {
        const sorted = ends.toSorted((a, b) => a - b);
        const all = sorted.flatMap((end, index) =>
          index % 2 === 1 ? [{ from: sorted[index - 1] ?? 0, to: end }] : [],
        );
        let sum = 0;
        for (let at = from; at < to; at += 1) sum += Number(all.some((span) => span.from <= at && at < span.to));
        expect(countedIn(all)(from, to)).toBe(sum);
      }),
    );
  });
});
