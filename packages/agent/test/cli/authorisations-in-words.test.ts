import { describe, expect, it } from 'vitest';
import { authorisationsInWords, type HeldAuthorisation } from '../../src/cli/authorisations-in-words.ts';

const held = (given: Partial<HeldAuthorisation>): HeldAuthorisation => ({
  ref: 'AU-2026-000001',
  kind: 'emergency-plan-stick',
  validFrom: '2026-11-01T09:00:00.000Z',
  validTo: '2026-12-24T17:00:00.000Z',
  scope: { sticks: ['0781AABB'], encryptedOnly: true },
  holds: 'now',
  ...given,
});

describe('what a worker is told of the authorisations of their device', () => {
  it('is what may be done and until when, those that hold first', () => {
    expect(
      authorisationsInWords([
        held({ ref: 'AU-2026-000003', holds: 'no longer', scope: {} }),
        held({ ref: 'AU-2026-000002', holds: 'later', kind: 'paper-at-home', scope: { printers: ['*Home*'] } }),
        held({}),
      ]),
    ).toEqual([
      'AU-2026-000001: emergency plan stick (memory sticks 0781AABB if encrypted), until 24 December 2026 at 17:00',
      'AU-2026-000002: paper at home (printers *Home*), from 1 November 2026 at 09:00 until 24 December 2026 at 17:00',
      'AU-2026-000003: emergency plan stick, ended 24 December 2026 at 17:00',
    ]);
  });
});
