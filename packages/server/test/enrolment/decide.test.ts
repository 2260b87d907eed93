import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asked, askAgainAfter, decide, WAITS_FOR_MS } from '../../src/enrolment/decide.ts';

const now = 1_800_000_000_000;
const live = { expires_at: now + 1, uses_left: 1 };

const asked = fc.record<Asked>({
  key: fc.option(fc.record({ expires_at: fc.constantFrom(now - 1, now, now + 1), uses_left: fc.constantFrom(0, 1) }), {
    nil: undefined,
  }),
  pending: fc.option(
    fc.record({
      status: fc.constantFrom('waiting', 'approved', 'refused'),
      first_at: fc.constantFrom(now, now - WAITS_FOR_MS + 1, now - WAITS_FOR_MS),
    }),
    { nil: undefined },
  ),
  isAsApproved: fc.boolean(),
  match: fc.constantFrom('never-enrolled', 'none'),
  now: fc.constant(now),
});

describe('what becomes of a laptop with a fleet key', () => {
  it('is enrolled at once only as a device that was never enrolled, by a key that lives and has uses left', () => {
    fc.assert(
      fc.property(asked, (given) => {
        if (decide(given) !== 'by-serial') return;
        expect(given.match).toBe('never-enrolled');
        expect(given.key?.uses_left).toBeGreaterThan(0);
        expect(given.key?.expires_at).toBeGreaterThan(now);
        expect(given.pending?.status === 'refused' && given.pending.first_at > now - WAITS_FOR_MS).toBe(false);
      }),
    );
  });

  it('is enrolled by approval only where ICT approved it within 30 days, as the device is still', () => {
    fc.assert(
      fc.property(asked, (given) => {
        if (decide(given) !== 'by-approval') return;
        expect(given).toMatchObject({ isAsApproved: true, pending: { status: 'approved' } });
        expect((given.pending?.first_at ?? 0) + WAITS_FOR_MS).toBeGreaterThan(now);
      }),
    );
  });

  it('is never enrolled by a key that was revoked, and stays refused where ICT refused it', () => {
    fc.assert(
      fc.property(asked, (given) => {
        expect(decide({ ...given, key: undefined })).toBe('not-valid');
        const refused = { status: 'refused', first_at: now } as const;
        expect(decide({ ...given, key: live, pending: refused })).toBe('refused');
      }),
    );
  });

  it('waits on where its key has ended meanwhile, and may not begin to wait then', () => {
    const ended = { expires_at: now, uses_left: 1 };
    const base = { isAsApproved: false, match: 'none', now } as const;
    expect(decide({ ...base, key: ended, pending: { status: 'waiting', first_at: now - 1 } })).toBe('wait');
    expect(decide({ ...base, key: ended, pending: undefined })).toBe('not-valid');
    expect(decide({ ...base, key: ended, pending: { status: 'waiting', first_at: now - WAITS_FOR_MS } })).toBe(
      'not-valid',
    );
  });

  it('asks again soon while somebody may be at the laptop, and hourly after a day', () => {
    expect([0, 3_600_000, 86_400_000].map(askAgainAfter)).toEqual([300, 900, 3600]);
  });
});
