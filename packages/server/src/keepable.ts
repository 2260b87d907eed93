/**
 * What a database keeps as text: PostgreSQL has no NUL in a text, and half of a surrogate pair has no UTF-8, so that it
 * would come back as another text than was compared.
 */
export const isKeepable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** Whether every text in `value`, which a closed schema has accepted, can be kept. */
export function holdsOnlyKeepable(value: unknown): boolean {
  if (typeof value === 'string') return isKeepable(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(holdsOnlyKeepable);
}

/** A text with U+FFFD in the place of what cannot be kept; anything else as it is. */
export const keepable = (value: unknown): unknown =>
  typeof value === 'string' && !isKeepable(value) ? value.replaceAll('\u0000', '\uFFFD').toWellFormed() : value;
