import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, plot, spread, stepOf } from '../../../src/console/charts/plot.ts';

const box: Box = { width: 640, height: 240, left: 40, right: 100, top: 10, bottom: 30, named: 4 };
const days = (count: number) => Array.from({ length: count }, (_, index) => `day ${index}`);
const draw = (...lines: readonly (readonly (number | null)[])[]) =>
  plot(
    lines.map((values, index) => ({ name: `line ${index}`, values })),
    days(Math.max(0, ...lines.map(({ length }) => length))),
    box,
  );

const value = fc.oneof(
  fc.nat(1000),
  fc.constant(null),
  fc.constant(0),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(Number.NaN, Infinity, -1, Number.MAX_VALUE),
);
const anySeries = fc.array(fc.array(value, { maxLength: 100 }), { maxLength: 4 });

const numbersIn = (text: string) => [...text.matchAll(/[\d.]+|NaN|Infinity|-/g)].map(([number]) => Number(number));

describe('a chart of lines', () => {
  it('lies within its box, whatever the values', () =>
    fc.assert(
      fc.property(anySeries, (lines) => {
        const drawn = draw(...lines);
        const { area } = drawn;
        const places = drawn.lines.flatMap(({ marks }) => marks);
        const onPaths = drawn.lines.flatMap(({ path }) => {
          const numbers = numbersIn(path);
          return numbers.flatMap((x, index) => (index % 2 === 0 ? [{ x, y: numbers[index + 1] ?? Number.NaN }] : []));
        });
        for (const { x, y } of [...places, ...onPaths]) {
          expect(x >= area.left && x <= area.right, `${x} across`).toBe(true);
          expect(y >= area.top && y <= area.bottom, `${y} down`).toBe(true);
        }
        for (const { y } of [...drawn.grid, ...drawn.lines.flatMap(({ label }) => label ?? [])])
          expect(y >= area.top && y <= area.bottom, `${y} down`).toBe(true);
        for (const { x } of drawn.steps) expect(x >= area.left && x <= area.right).toBe(true);
        expect(JSON.stringify(drawn)).not.toMatch(/NaN|Infinity|null,"y"/);
      }),
    ));

  it('has as many gaps as the values have, and no zero in their place', () =>
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50)), { minLength: 1, maxLength: 80 }), (values) => {
        const [line] = draw(values).lines;
        const runs = values.filter((one, index) => one !== null && (values[index - 1] ?? null) === null).length;
        expect(line?.path.match(/M/g)?.length ?? 0).toBe(runs);
        expect(line?.path.match(/[ML]/g)?.length ?? 0).toBe(values.filter((one) => one !== null).length);
      }),
    ));

  it('marks what would not be seen without: a day between two gaps, and the last', () => {
    const values = days(60).map((_, index) => (index === 19 || index === 21 ? null : index));
    expect(draw(values).lines[0]?.marks).toHaveLength(2);
    expect(draw([1, 2, null, 3]).lines[0]?.marks).toHaveLength(3);
  });

  it('draws one point in the middle', () => {
    const [line] = draw([3]).lines;
    expect([line?.path, line?.marks]).toEqual(['M290 10', [{ x: 290, y: 10 }]]);
  });

  it('draws what never changes as a level line, and nothing but zeros at the bottom', () => {
    expect(draw([4, 4, 4]).lines[0]?.path).toBe('M40 10L290 10L540 10');
    expect(draw([0, 0]).lines[0]?.path).toBe('M40 210L540 210');
  });

  it('has an axis and no line where nothing is known', () => {
    expect(draw([null, null]).lines).toEqual([{ name: 'line 0', path: '', marks: [], label: null }]);
    expect(draw([null]).grid.map(({ text }) => text)).toEqual(['0', '1']);
    expect(draw([]).steps).toEqual([]);
  });

  it('counts in whole steps that people count in', () => {
    expect([0, 1, 4, 5, 9, 21, 41, 1000].map(stepOf)).toEqual([1, 1, 1, 2, 5, 10, 20, 500]);
    expect(draw([41]).grid.map(({ text }) => text)).toEqual(['0', '20', '40', '60']);
    expect(draw([2500]).grid.map(({ text }) => text)).toEqual(['0', '1,000', '2,000', '3,000']);
  });

  it('keeps names apart that would lie upon each other, in their order', () => {
    expect(spread([100, 101], { top: 0, bottom: 200 })).toEqual([100, 118]);
    expect(spread([200, 199, 198], { top: 0, bottom: 200 })).toEqual([200, 182, 164]);
    expect(spread([], { top: 0, bottom: 200 })).toEqual([]);
  });

  it('gives a name a mark of its own where it does not stand beside the end of its line', () => {
    const apart = (...lines: (number | null)[][]) => draw(...lines).lines.map(({ label }) => label?.apart);
    expect([apart([1, 9], [9, 1]), apart([1, null], [2, 3]), apart([1, 3], [2, 3])]).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  it('names the first step and the last, each within the box', () => {
    expect(draw([1, 2, 3, 4, 5, 6, 7]).steps).toEqual([
      { x: 40, text: 'day 0', anchor: 'start' },
      { x: 206.7, text: 'day 2', anchor: 'middle' },
      { x: 373.3, text: 'day 4', anchor: 'middle' },
      { x: 540, text: 'day 6', anchor: 'end' },
    ]);
  });
});
