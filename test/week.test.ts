import { expect, it } from 'vitest';
import { dayTable, itemTable, plantedTable } from './week/table.ts';
import { liveWeek } from './week/week.ts';

it('x', { timeout: 600_000 }, async () => {
  const started = performance.now();
  const week = await liveWeek({ devices: Number(process.env['BEADLE_WEEK_DEVICES'] ?? 900), seed: 1 });
  console.log([...dayTable(week), '', ...plantedTable(week), '', ...itemTable(week), week.acceptedItems.join(' | '), `${performance.now() - started} ms`].join('\n'));
});
