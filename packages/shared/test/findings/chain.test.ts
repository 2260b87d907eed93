import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyHash, type ChainPosition, GENESIS, linkOf, START } from '../../src/findings/chain.ts';

interface Whose {
  readonly device: string;
  readonly generation: number;
}
const mine: Whose = { device: '0193f5a0-6c00-7000-8000-000000000001', generation: 1 };

/** Where the chain of these bodies ends. */
function headOf(bodies: readonly Uint8Array[], { device, generation }: Whose = mine, from: ChainPosition = START) {
  return bodies.reduce<ChainPosition>((previous, body) => {
    const sequence = previous.sequence + 1;
    return {
      sequence,
      link: linkOf({ previous: previous.link, device, generation, sequence, bodyHash: bodyHash(body) }),
    };
  }, from);
}

const bodies = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 30 }), {
  minLength: 2,
  maxLength: 12,
  selector: (body) => Buffer.from(body).toString('hex'),
});

describe('a chain', () => {
  it('starts at nothing', () => {
    expect(START).toEqual({ sequence: 0, link: '0'.repeat(64) });
    expect(headOf([])).toEqual(START);
    expect(GENESIS).toHaveLength(64);
  });

  it('tells of any changed byte', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (all, which, where, flip) => {
        const index = which % all.length;
        const changed = all.map((body) => Uint8Array.from(body));
        const body = changed[index] ?? new Uint8Array(1);
        const at = where % body.length;
        body[at] = (body[at] ?? 0) ^ flip;
        expect(headOf(changed).link).not.toBe(headOf(all).link);
      }),
    );
  });

  it('tells of two bodies that have changed places', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.nat(), (all, a, b) => {
        const [i, j] = [a % all.length, b % all.length];
        fc.pre(i !== j);
        const swapped = all.map((body, index) => all[index === i ? j : index === j ? i : index] ?? body);
        expect(headOf(swapped).link).not.toBe(headOf(all).link);
      }),
    );
  });

  it('tells of a body that was taken out, or put in', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (all, which) => {
        const without = all.filter((_, index) => index !== which % all.length);
        const twice = [...without, ...all.slice(0, 1)];
        expect(headOf(without).link).not.toBe(headOf(all).link);
        expect(headOf(without).sequence).toBe(all.length - 1);
        expect(headOf(twice).link).not.toBe(headOf(without).link);
      }),
    );
  });

  it("is one device's, and one generation's", () => {
    fc.assert(
      fc.property(bodies, fc.uuid(), fc.integer({ min: 2, max: 1000 }), (all, device, generation) => {
        expect(headOf(all, { ...mine, device }).link).not.toBe(headOf(all).link);
        expect(headOf(all, { ...mine, generation }).link).not.toBe(headOf(all).link);
      }),
    );
  });

  it('tells of bodies that were given other numbers', () => {
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 1e9 }), (all, ahead) => {
        expect(headOf(all, mine, { ...START, sequence: ahead }).link).not.toBe(headOf(all).link);
      }),
    );
  });

  it('goes on from any place in it to the same end, without the bodies before', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (all, where) => {
        const at = where % all.length;
        expect(headOf(all.slice(at), mine, headOf(all.slice(0, at)))).toEqual(headOf(all));
      }),
    );
  });
});
