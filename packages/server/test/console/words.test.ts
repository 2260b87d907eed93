import { describe, expect, it } from 'vitest';
import { factLines } from '../../src/console/fact-words.ts';
import { detailLines } from '../../src/console/timeline-words.ts';
import { daysAgo, exactly, humanise, moment, timeOfDay, told } from '../../src/console/words.ts';

describe('times', () => {
  it.each([
    ['2026-06-04T08:32:07Z', '4 June 2026 at 9:32am'],
    ['2026-11-22T11:59:59Z', '22 November 2026 at 11:59am'],
    ['2026-06-04T11:00:00Z', '4 June 2026 at midday'],
    ['2026-06-04T23:00:00Z', '5 June 2026 at midnight'],
    ['2026-01-01T00:05:00Z', '1 January 2026 at 12:05am'],
    ['2026-01-01T12:05:00Z', '1 January 2026 at 12:05pm'],
  ])('%s is %s on the council clock', (time, words) => {
    expect(moment(time)).toBe(words);
  });

  it('are exact where they are evidence', () => {
    expect(exactly('2026-06-04T08:32:07Z')).toBe('4 June 2026 at 9:32:07am');
    expect(timeOfDay(Date.parse('2026-06-04T00:32:07Z'))).toBe('1:32am');
  });

  it('are told in days', () => {
    const now = Date.parse('2026-06-04T08:00:00Z');
    expect(['2026-06-04', '2026-06-03', '2026-05-25'].map((day) => daysAgo(day, now))).toEqual([
      'today',
      'yesterday',
      '10 days ago',
    ]);
  });
});

describe('values', () => {
  it('are told in words', () => {
    expect([null, true, false, [], [1, 'a'], { a: 1 }].map(told)).toEqual([
      'not told',
      'yes',
      'no',
      'none',
      '1, a',
      '{"a":1}',
    ]);
    expect(humanise('clockSkewSeconds')).toBe('Clock skew seconds');
  });

  it('of facts say what is not known, and why', () => {
    const facts = {
      volumes: {
        known: [
          { name: 'C:', state: { known: 'on' }, percent: null },
          { name: 'D:', state: { unknown: 'locked' } },
        ],
      },
      jobs: { unknown: 'log-disabled' },
    };
    expect(factLines(JSON.stringify(facts))).toEqual([
      { name: 'Volumes', lines: ['C: (state: on)', 'D: (state: not known (the volume is locked and tells nothing))'] },
      { name: 'Jobs', lines: ['Not known: the log that would tell this is switched off'] },
    ]);
    expect(factLines('{')[0]?.lines[0]).toContain('could not be understood');
  });

  it('of events leave out what only the database understands', () => {
    expect(detailLines({ notice: 'abc', role: 'siro', count: 2 })).toEqual(['To: SIRO', 'Times in all: 2']);
    expect(detailLines('text')).toEqual(['text']);
  });
});
