/** Something the operating system pushes: a hint that a check should be collected now, within a second or two. */
export interface Watcher {
  readonly id: string;
  readonly check: string;
  /**
   * Calls `changed` after each change until `signal` aborts, and keeps trying where the source ends. Resolves when it
   * has stopped; never rejects.
   */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
