import { beforeAll, describe, expect, it } from 'vitest';
import { ACCEPTED } from './week/calendar.ts';
import { perDay } from './week/officer.ts';
import { dayTable, itemTable, plantedTable } from './week/table.ts';
import { liveWeek, type Week } from './week/week.ts';

/** As large a council as has one officer: `BEADLE_WEEK_DEVICES=900`. */
const devices = Number(process.env['BEADLE_WEEK_DEVICES'] ?? 450);
const seed = Number(process.env['BEADLE_WEEK_SEED'] ?? 1);
const MOST_A_DAY = 20;

describe(`the first week of ${devices} devices`, () => {
  let week: Week;
  beforeAll(async () => {
    week = await liveWeek({ devices, seed });
    process.stdout.write(`${[...dayTable(week), '', ...plantedTable(week), '', ...itemTable(week)].join('\n')}\n`);
  }, 600_000);

  it('opens no breach while the policy only watches', () => {
    expect(week.days.reduce((sum, { watched }) => sum + watched, 0)).toBeGreaterThan(0);
    expect(week.breaches.filter(({ opened_at }) => opened_at < ACCEPTED)).toEqual([]);
  });

  it(`shows the officer at most ${MOST_A_DAY} items a day`, () => {
    for (const [day, items] of perDay(week.items, ({ at }) => at))
      expect(items.length, `${day}: ${items.map(({ words }) => words).join('; ')}`).toBeLessThanOrEqual(MOST_A_DAY);
  });

  it('shows every planted laptop that is lost, stick and print at home, and all else that is planted', () => {
    const due = week.outcomes.filter(({ planted }) => planted.by !== 'nothing');
    expect(due.filter(({ shown }) => shown === undefined).map(({ planted }) => planted.what)).toEqual([]);
  });

  it('shows nothing of what is allowed, or was only watched', () => {
    const never = week.outcomes.filter(({ planted }) => planted.by === 'nothing');
    expect(never.filter(({ shown }) => shown !== undefined).map(({ planted }) => planted.what)).toEqual([]);
    const tags = new Set(never.map(({ assetTag }) => assetTag));
    expect(week.breaches.filter(({ asset_tag: tag }) => tag !== null && tags.has(tag))).toEqual([]);
  });
});
