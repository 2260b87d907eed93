import { processorSeconds, residentMebibytes, watchMemory } from '../bench/proc.ts';

const SAY_EVERY_MS = 30_000;

/** Says from time to time what the server's process takes of this machine, and in the end what it took in all. */
export function watchServer(pid: number | undefined, say: (words: string) => void): { end(): void } {
  if (pid === undefined) return { end: () => undefined };
  const look = () => ({ at: performance.now(), seconds: processorSeconds(pid) });
  const first = look();
  let last = first;
  const tell = (from: typeof first, memory: string) => {
    last = look();
    const share = (100 * (last.seconds - from.seconds)) / ((last.at - from.at) / 1000);
    say(`the server: ${share.toFixed(0)} % of a core, ${memory}`);
  };
  const most = watchMemory(pid);
  const saying = setInterval(() => tell(last, `${residentMebibytes(pid).toFixed(0)} MiB`), SAY_EVERY_MS);
  return {
    end() {
      clearInterval(saying);
      const took = (processorSeconds(pid) - first.seconds).toFixed(1);
      tell(first, `${most().toFixed(0)} MiB at the most, ${took} s of processor time in all`);
    },
  };
}
