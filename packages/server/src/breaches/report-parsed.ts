/** JSON that a store wrote; what cannot be read is shown as the text that it is. */
export function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The members of an object that a store wrote; none where it wrote something else. */
export function membersOf(text: string | null): Readonly<Record<string, unknown>> {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

export const stringOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
