/**
 * What a database keeps as text: PostgreSQL has no NUL in a text, and half of a surrogate pair has no UTF-8, so that it
 * would come back as another text than was compared.
 */
export const isKeepable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** Whether every text in `value` can be kept. Without recursion: what is nested deeply must not exhaust the stack. */
export function holdsOnlyKeepable(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && !isKeepable(next)) return false;
    if (typeof next === 'object' && next !== null) for (const inside of Object.values(next)) left.push(inside);
  }
  return true;
}

const isNest = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether no more than `levels` objects and arrays of `value` are within each other. Without recursion as well. */
export function nestsAtMost(value: unknown, levels: number): boolean {
  let level = [value].filter(isNest);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === levels) return false;
    level = level.flatMap((one) => Object.values(one) as unknown[]).filter(isNest);
  }
  return true;
}

/** A text with U+FFFD in the place of what cannot be kept; anything else as it is. */
export const keepable = (value: unknown): unknown =>
  typeof value === 'string' && !isKeepable(value) ? value.replaceAll('\u0000', '\uFFFD').toWellFormed() : value;
