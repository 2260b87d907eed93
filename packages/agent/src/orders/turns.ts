/**
 * One piece of work under a key at a time. Where one waits already, whoever comes later shares it: it has not yet looked at
 * anything.
 */
export function createTurns() {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Promise<unknown>>();

  function begin<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = work().finally(() => {
      if (running.get(key) === result) running.delete(key);
    });
    running.set(key, result);
    return result;
  }

  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const shared = waiting.get(key);
    if (shared !== undefined) return shared as Promise<T>;
    const before = running.get(key);
    if (before === undefined) return begin(key, work);
    const next = before
      .catch(() => undefined)
      .then(() => {
        waiting.delete(key);
        return begin(key, work);
      });
    waiting.set(key, next);
    return next;
  };
}
