import { expect, it } from 'vitest';
import { holdsOnlyKeepable, nestsAtMost } from '../../src/keepable.ts';

it('a text that cannot be kept is found wherever it is, however deep', () => {
  let deep: unknown = 'kept';
  let broken: unknown = '\u0000';
  for (let depth = 0; depth < 100_000; depth += 1) [deep, broken] = [[deep], { more: broken }];
  expect(holdsOnlyKeepable(deep)).toBe(true);
  expect(holdsOnlyKeepable(broken)).toBe(false);
  expect(holdsOnlyKeepable([null, 1, true, { a: 'b', c: '\ud800' }])).toBe(false);
});

it('how deep something nests is told without following it to its end', () => {
  expect([nestsAtMost('text', 0), nestsAtMost([], 0), nestsAtMost([{ a: 1 }], 2)]).toEqual([true, false, true]);
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = { a: 1, deep };
  expect(nestsAtMost(deep, 32)).toBe(false);
});
