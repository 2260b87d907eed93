import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTED_GAP_MS, connectedAfter, nextLook } from '../../src/breaches/connected.ts';

const MINUTE = 60_000;

describe('connected time', () => {
  it.each([
    ['nothing at the first contact', { connected_ms: 0, last_contact_at: null }, 1000, 0],
    ['the gap between two contacts', { connected_ms: 5, last_contact_at: 1000 }, 2000, 1005],
    ['a gap of 15 minutes', { connected_ms: 0, last_contact_at: 0 }, CONNECTED_GAP_MS, CONNECTED_GAP_MS],
    ['nothing of a longer one', { connected_ms: 7, last_contact_at: 0 }, CONNECTED_GAP_MS + 1, 7],
    ['nothing where the clock was put back', { connected_ms: 7, last_contact_at: 5000 }, 1000, 7],
  ])('counts %s', (_, contact, now, expected) => expect(connectedAfter(contact, now)).toBe(expected));

  it('never shrinks, and never grows by more than has passed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -MINUTE, max: 30 * MINUTE }), { maxLength: 50 }), (steps) => {
        let [now, had, forwards] = [1e12, 0, 0];
        let last: number | null = null;
        for (const step of steps) {
          now += step;
          forwards += Math.max(0, step);
          const has = connectedAfter({ connected_ms: had, last_contact_at: last }, now);
          expect(has).toBeGreaterThanOrEqual(had);
          expect(has).toBeLessThanOrEqual(forwards);
          [had, last] = [has, now];
        }
      }),
    );
  });
});

describe('a grace that is not over', () => {
  it.each([
    ['not before what is left can have passed', 50 * MINUTE, 0, 50 * MINUTE],
    ['in five minutes where the device was here a moment ago', 1, 0, 5 * MINUTE],
    ['more seldom the longer it has been away', 1, 80 * MINUTE, 20 * MINUTE],
    ['each hour at the least', 1, 900 * 60 * MINUTE, 60 * MINUTE],
  ])('is looked at again %s', (_, left, away, expected) => {
    expect(nextLook(left, 1e12 - away, 1e12)).toBe(1e12 + expected);
  });
});
