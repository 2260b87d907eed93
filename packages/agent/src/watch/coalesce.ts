/**
 * One call for a burst: `after` milliseconds behind the first change, and again at each of `echoes` behind the last one,
 * for what follows a change without being announced itself.
 */
export function coalesce(
  changed: () => void,
  signal: AbortSignal,
  { after = 300, echoes = [] as readonly number[] } = {},
) {
  let first: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout[] = [];
  const clear = () => {
    clearTimeout(first);
    for (const timer of later) clearTimeout(timer);
  };
  signal.addEventListener('abort', clear, { once: true });
  return () => {
    if (signal.aborted) return;
    first ??= setTimeout(() => {
      first = undefined;
      changed();
    }, after).unref();
    for (const timer of later) clearTimeout(timer);
    later = echoes.map((ms) => setTimeout(changed, ms).unref());
  };
}
