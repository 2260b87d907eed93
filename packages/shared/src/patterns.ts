type Fits = (lowered: string) => boolean;

function compiled(pattern: string): Fits {
  const parts = pattern.toLowerCase().split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (subject) => subject === first;
  return (subject) => {
    if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last))
      return false;
    const end = subject.length - last.length;
    let from = first.length;
    for (const part of rest) {
      const at = subject.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}

/**
 * Policy patterns: `*` matches any run of characters, `/` and `\` included; every other character is itself; case does
 * not count. Linear in the text whatever the pattern, so that a policy cannot stall an agent.
 */
export const matches = (pattern: string, text: string): boolean => compiled(pattern)(text.toLowerCase());

/** Whether any of these patterns matches a text, for many texts. */
export function matcherOf(patterns: readonly string[]): (text: string) => boolean {
  const all = patterns.map(compiled);
  return (text) => {
    const lowered = text.toLowerCase();
    return all.some((fits) => fits(lowered));
  };
}

export const matchesAny = (patterns: readonly string[] | undefined, text: string): boolean =>
  (patterns ?? []).some((pattern) => matches(pattern, text));
