/** Says how far it is: at each tenth, and at the end. */
export function createProgress(what: string, total: number, say: (words: string) => void) {
  let done = 0;
  const tenth = Math.max(1, Math.ceil(total / 10));
  return {
    one: () => {
      done += 1;
      if (done % tenth === 0 || done === total) say(`${what}: ${done} of ${total}`);
    },
  };
}
