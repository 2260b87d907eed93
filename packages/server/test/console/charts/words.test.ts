import { describe, expect, it } from 'vitest';
import { standingFigure, weeksFigure } from '../../../src/console/charts/trend-figures.ts';
import { moved, standingWords, weeksWords } from '../../../src/console/charts/words.ts';

const noted = (day: string, fail: number, unknown: number) => ({
  day,
  fail,
  unknown,
  exempt: 0,
  pass: 40 - fail - unknown,
  heardFrom: 38,
});
const week = (opened: number | null, ended = opened) => ({ monday: '2026-06-01', opened, ended });

describe('a trend in words', () => {
  it('says how a figure moved', () => {
    expect([moved(41, 12), moved(3, 4), moved(5, 5)]).toEqual([
      'fell from 41 to 12',
      'rose from 3 to 4',
      'stayed at 5',
    ]);
  });

  it('says from when to when, and how many days between were not noted', () => {
    expect(standingWords([noted('2026-03-02', 41, 3), noted('2026-03-04', 20, 3), noted('2026-03-06', 12, 5)])).toBe(
      'Failing fell from 41 to 12 devices between 2 March 2026 and 6 March 2026. Not known rose from 3 to 5. Nothing was noted on 2 of the days between them.',
    );
  });

  it('says of one day only how it was, and of none that there is none', () => {
    expect(standingWords([noted('2026-03-02', 1, 3)])).toBe('On 2 March 2026: 1 device failing, 3 not known.');
    expect(standingWords([])).toContain('No day has been noted yet');
  });

  it('holds four weeks against the four before', () => {
    const weeks = [
      week(null),
      ...[1, 2, 3, 4].map((count) => week(count, 1)),
      ...[0, 1, 0, 1].map((count) => week(count)),
    ];
    expect(weeksWords(weeks)).toBe(
      'In the last 4 whole weeks: 2 opened, 2 ended. In the 4 weeks before: 10 opened, 4 ended.',
    );
    expect(weeksWords([week(null), week(2, 1)])).toBe('In the last 1 whole week: 2 opened, 1 ended.');
    expect(weeksWords([week(null)])).toBe('No whole week has passed yet.');
  });
});

describe('a figure', () => {
  const days = { id: 'x', title: 'Devices', from: '2026-03-01', to: '2026-03-05' };

  it('has a day that was not noted as a gap of the line, and in words in its table', () => {
    const figure = standingFigure([noted('2026-03-02', 4, 0), noted('2026-03-04', 2, 0)], days);
    expect(figure.plots[0]?.plot.lines[0]?.path.match(/M/g)).toHaveLength(2);
    expect(figure.table.rows.map(({ name, values }) => [name, values[0]])).toEqual([
      ['5 March 2026', 'not noted'],
      ['4 March 2026', 2],
      ['3 March 2026', 'not noted'],
      ['2 March 2026', 4],
    ]);
  });

  it('draws nothing where nothing is known', () => {
    const [standing, weeks] = [standingFigure([], days), weeksFigure([week(null)], 'y')];
    expect([standing.plots, standing.table.rows, weeks.plots, weeks.table.rows]).toEqual([[], [], [], []]);
  });
});
