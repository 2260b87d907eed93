import { describe, expect, it } from 'vitest';
import { delayAfter } from '../../src/uplink/backoff.ts';
import { createServerTime } from '../../src/uplink/server-time.ts';
import { enrolledStore, seededRandom } from '../support.ts';

const TRUE_TIME = Date.parse('2026-11-23T09:00:00Z');
const YEAR = 365 * 86_400_000;

function clockAt(skew: number) {
  let passed = 0;
  return {
    pass: (ms: number) => (passed += ms),
    set: (ms: number) => (skew = ms),
    now: () => TRUE_TIME + passed + skew,
    monotonic: () => passed,
  };
}

describe('the best-known time', () => {
  it('is the clock’s until the server has told its own, and the server’s from then on', () => {
    const clock = clockAt(YEAR);
    const { outbox } = enrolledStore();
    const time = createServerTime(clock, outbox.meta);
    expect(time.now()).toBe(TRUE_TIME + YEAR);
    expect(time.skewMs()).toEqual({ unknown: 'nothing-to-compare' });
    time.heard(TRUE_TIME, clock.monotonic());
    clock.pass(60_000);
    expect(time.now()).toBe(TRUE_TIME + 60_000);
    expect(time.skewMs()).toEqual({ known: YEAR });
  });

  it('is not moved by somebody who sets the clock back', () => {
    const clock = clockAt(0);
    const time = createServerTime(clock, enrolledStore().outbox.meta);
    time.heard(TRUE_TIME, clock.monotonic());
    clock.set(-YEAR);
    expect(time.now()).toBe(TRUE_TIME);
  });

  it('survives a restart by the skew that was last seen', () => {
    const clock = clockAt(-YEAR);
    const { outbox } = enrolledStore();
    createServerTime(clock, outbox.meta).heard(TRUE_TIME, clock.monotonic());
    clock.pass(3_600_000);
    expect(createServerTime(clock, outbox.meta).now()).toBe(TRUE_TIME + 3_600_000);
  });
});

describe('the wait after a failure', () => {
  it('doubles, keeps under its bound and is nobody else’s', () => {
    const random = seededRandom('backoff');
    const waits = Array.from({ length: 12 }, (_, index) =>
      delayAfter(index + 1, { firstMs: 2_000, mostMs: 900_000 }, random),
    );
    for (const [index, wait] of waits.entries()) {
      const ceiling = Math.min(900_000, 2_000 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling);
    }
    expect(delayAfter(5, { firstMs: 2_000, mostMs: 900_000 }, random)).not.toBe(
      delayAfter(5, { firstMs: 2_000, mostMs: 900_000 }, random),
    );
  });
});
