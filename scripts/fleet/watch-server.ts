import { processorSeconds, residentMebibytes } from '../bench/proc.ts';

const SAY_EVERY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/** Says from time to time what the server's process takes of this machine, and in the end what it took in all. */
export function watchServer(pid: number | undefined, say: (words: string) => void): { end(): void } {
  if (pid === undefined) return { end: () => undefined };
  const first = { at: performance.now(), seconds: processorSeconds(pid) };
  let [last, most] = [first, residentMebibytes(pid)];
  const words = (from: typeof first, to: typeof first, memory: string) => {
    const share = (100 * (to.seconds - from.seconds)) / ((to.at - from.at) / 1000);
    return `the server: ${share.toFixed(0)} % of a core, ${memory}`;
  };
  const looking = setInterval(() => (most = Math.max(most, residentMebibytes(pid))), LOOK_EVERY_MS);
  const saying = setInterval(() => {
    const now = { at: performance.now(), seconds: processorSeconds(pid) };
    say(words(last, now, `${residentMebibytes(pid).toFixed(0)} MiB`));
    last = now;
  }, SAY_EVERY_MS);
  return {
    end() {
      clearInterval(looking);
      clearInterval(saying);
      const now = { at: performance.now(), seconds: processorSeconds(pid) };
      const took = (now.seconds - first.seconds).toFixed(1);
      say(words(first, now, `${most.toFixed(0)} MiB at the most, ${took} s of processor time in all`));
    },
  };
}
