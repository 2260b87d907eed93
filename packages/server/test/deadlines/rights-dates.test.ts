import { describe, expect, it } from 'vitest';
import { rightsDates } from '../../src/deadlines/rights-dates.ts';

const at = (text: string) => Date.parse(text);

describe('the dates of a request', () => {
  it('are 30 days to acknowledge, and one month of the calendar to answer', () => {
    expect(rightsDates('objection', at('2026-06-04T08:32:00Z'))).toEqual({
      acknowledgeBy: at('2026-07-04T08:32:00Z'),
      answerBy: at('2026-07-04T08:32:00Z'),
    });
  });

  it('end with a month that has fewer days', () => {
    expect(rightsDates('correction', at('2027-01-31T10:00:00Z')).answerBy).toBe(at('2027-02-28T10:00:00Z'));
  });

  it('name no day for the answer to a complaint', () => {
    expect(rightsDates('complaint', at('2026-06-04T08:32:00Z')).answerBy).toBeNull();
  });
});
