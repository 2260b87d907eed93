/**
 * Policy patterns: `*` matches any run of characters, `/` and `\` included; every other character is itself; case does
 * not count. Linear in the text whatever the pattern, so that a policy cannot stall an agent.
 */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return subject === first;
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
}

export const matchesAny = (patterns: readonly string[] | undefined, text: string): boolean =>
  (patterns ?? []).some((pattern) => matches(pattern, text));
