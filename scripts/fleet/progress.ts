/** Says how far it is: at each tenth, and at the end. */
export function createProgress(what: string, total: number, say: (words: string) => void) {
  let done = 0;
  const tenth = Math.max(1, Math.ceil(total / 10));
  function more(count: number): void {
    const tenths = Math.floor(done / tenth);
    done += count;
    if (Math.floor(done / tenth) > tenths || done === total) say(`${what}: ${done} of ${total}`);
  }
  return { more, one: () => more(1) };
}
