/** Whose the use of one program is. */
export interface Whose {
  /** Parts of one, by the id of a source or act. */
  shares(): ReadonlyMap<string, number>;
  /** Whose turn it is now. */
  current(): string;
}

export const allOf = (id: string): Whose => ({ shares: () => new Map([[id, 1]]), current: () => id });

/**
 * Of one process that answers several in turn: each has the time from the answer before it to its own, and those without
 * an answer what passed after the last. The first has the start of the program, too. `ids` in the order of the asking, at
 * least one.
 */
export function createShares(ids: readonly string[], monotonic: () => number) {
  const took = new Map<string, number>();
  let last = monotonic();
  const waiting = () => ids.filter((id) => !took.has(id));
  return {
    answered(id: string): void {
      const now = monotonic();
      took.set(id, (took.get(id) ?? 0) + now - last);
      last = now;
    },
    current: () => waiting()[0] ?? ids.at(-1) ?? '',
    shares(): ReadonlyMap<string, number> {
      const late = waiting();
      const after = monotonic() - last;
      const all = new Map([...took, ...late.map((id) => [id, after / late.length] as const)]);
      const sum = all.values().reduce((total, ms) => total + ms, 0);
      return new Map([...all].map(([id, ms]) => [id, sum > 0 ? ms / sum : 1 / all.size]));
    },
  };
}
