import { iso } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueOf } from '../../src/authorisations/due.ts';
import { overdueEnds, paperDue } from '../../src/authorisations/paper.ts';
import { DAY } from './desk.ts';

const NOW = Date.parse('2026-11-27T18:00:00Z');
const row = (given: object = {}) => ({
  kind: 'paper-at-home',
  status: 'approved',
  requested_at: NOW - 9 * DAY,
  valid_from: NOW - 8 * DAY,
  valid_to: NOW,
  review_at: NOW,
  revoked_at: null,
  paper_outcome: null,
  asked_told_at: 1,
  end_told_at: 1,
  review_told_at: 1,
  lapse_told_at: 1,
  paper_told_at: null,
  ...given,
});

describe('by when somebody says what became of paper', () => {
  it.each([
    ['a Friday evening: Tuesday', {}, '2026-12-02T00:00:00.000Z'],
    ['the end of a Thursday: Monday', { valid_to: Date.parse('2026-11-27T00:00:00Z') }, '2026-12-01T00:00:00.000Z'],
    ['a Saturday: Tuesday', { valid_to: NOW + DAY }, '2026-12-02T00:00:00.000Z'],
    [
      'one that was ended early, from then on',
      { status: 'revoked', revoked_at: NOW - 4 * DAY },
      '2026-11-26T00:00:00.000Z',
    ],
  ])('%s', (_, given, expected) => expect(iso(paperDue(row(given))?.dueAt ?? 0)).toBe(expected));

  it.each([
    ['of another kind', { kind: 'remote-working' }],
    ['that never began', { status: 'revoked', revoked_at: NOW - 9 * DAY }],
    ['that was refused', { status: 'refused' }],
    ['of which it has been said', { paper_outcome: 'returned' }],
  ])('is never asked of one %s', (_, given) => expect([paperDue(row(given)), dueOf(row(given))]).toEqual([null, []]));

  it('agrees with how a list is asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40 * 24, max: 40 * 24 }), fc.nat({ max: 20 * 24 }), (ended, later) => {
        const [valid_to, now] = [NOW + ended * 3_600_000, NOW + (ended + later) * 3_600_000];
        const due = paperDue(row({ valid_from: valid_to - DAY, valid_to }));
        expect(valid_to <= (overdueEnds(now)[0]?.before ?? 0)).toBe((due?.dueAt ?? 0) <= now);
      }),
    );
  });

  it('is asked in the morning after, and on each working day from then on', () => {
    const told: string[] = [];
    let paper_told_at: number | null = null;
    for (let count = 0; count < 5; count += 1) {
      const [due] = dueOf(row({ paper_told_at }));
      paper_told_at = due?.at ?? 0;
      told.push(iso(paper_told_at).slice(0, 16));
    }
    expect(told).toEqual([
      '2026-12-02T07:00',
      '2026-12-03T07:00',
      '2026-12-04T07:00',
      '2026-12-07T07:00',
      '2026-12-08T07:00',
    ]);
  });
});
