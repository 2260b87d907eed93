import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf } from '../../src/orders/desired-state/standing.ts';
import { HIGHEST_VERSION, nextVersion } from '../../src/orders/desired-state/version.ts';

const anyVersion = fc.integer({ min: 0, max: HIGHEST_VERSION });

describe('the version of a desired state', () => {
  it('is above all that was signed and all that a device holds, and no lower than the moment', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (last, held, now) => {
        const next = nextVersion({ version: last, held, now });
        expect(next).toBeGreaterThan(last);
        expect(next).toBeGreaterThan(held);
        expect(next).toBeGreaterThanOrEqual(now);
        expect(Number.isSafeInteger(next)).toBe(true);
      }),
    );
  });

  it('rises with each change, whatever the clock does and however often the server is put back to an older copy', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ does: fc.constant('change' as const), now: fc.integer({ min: 0, max: 2 ** 41 }) }),
        fc.record({ does: fc.constant('put-back' as const), now: fc.nat({ max: 5 }) }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const versions = [0];
        let kept = 0;
        for (const { does, now } of all) {
          const held = versions.at(-1) ?? 0;
          if (does === 'put-back') kept = versions[Math.min(now, versions.length - 1)] ?? 0;
          // A server that was put back learns by the device's report what that holds before it makes the next.
          else versions.push((kept = nextVersion({ version: kept, held, now })));
        }
        expect(versions.every((version, place) => place === 0 || version > (versions[place - 1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('how an order stands', () => {
  const order = fc.record({
    kind: fc.constantFrom('lock', 'isolate', 'message'),
    until: fc.option(fc.nat({ max: 100 })),
    lifted_at: fc.option(fc.nat({ max: 100 })),
    dropped_version: fc.option(fc.nat({ max: 10 })),
    effect: fc.option(fc.constantFrom('in-force', 'lifted', 'lapsed', 'released', 'failed')),
    effect_generation: fc.option(fc.integer({ min: 1, max: 3 })),
  });
  const device = fc.record({ generation: fc.integer({ min: 1, max: 3 }), desired_held: fc.nat({ max: 10 }) });

  it('is in force exactly where the device of now has said so last, and nobody has lifted it', () => {
    fc.assert(
      fc.property(order, device, fc.nat({ max: 100 }), (of, by, now) => {
        const said = of.effect === 'in-force' && of.effect_generation === by.generation;
        expect(standingOf(of, by, now) === 'in-force').toBe(said && of.lifted_at === null);
      }),
    );
  });
});
