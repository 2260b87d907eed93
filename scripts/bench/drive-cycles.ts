import { createInterface } from 'node:readline';
import { unknown } from '@beadle/shared';
import { runAgent } from '../../packages/agent/src/agent.ts';
import { thisMachine } from '../../packages/agent/src/cli/this-machine.ts';
import type { History } from '../../packages/agent/src/collectors/collector.ts';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import type { Watcher } from '../../packages/agent/src/watch/watcher.ts';

/**
 * The agent itself, wired by `runAgent`, with two parts more: a watcher for each check, so that a line on standard input
 * wants a full cycle as sticks and print jobs want theirs, and a history that is read last, so that its end is known.
 */
const SETTLES_MS = 20;

const machine = await thisMachine();
// The first one wanted begins at once and alone: the agent's own health, which reads nothing.
const checks = ['agent-health', ...machine.collectors.map(({ check }) => check)];
const wants: (() => void)[] = [];
const triggers = checks.map((check): Watcher => {
  const watch: Watcher['watch'] = (changed, signal) => {
    wants.push(changed);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  return { id: `bench/${check}`, check, watch };
});

let from = performance.now();
const say = () => {
  const { processes } = machine.host.started;
  process.stdout.write(`${JSON.stringify({ processes, milliseconds: performance.now() - from })}\n`);
};
/** What follows the last history is one synchronous piece of work: when the timer comes, it is done. */
const ended = () => Promise.resolve(void setTimeout(say, SETTLES_MS)).then(() => unknown('source-missing'));
const last: History = { id: 'bench/end', check: 'printing', sources: [], end: ended, since: ended };

createInterface({ input: process.stdin }).on('line', () => {
  from = performance.now();
  for (const want of wants) want();
});
const stop = new AbortController();
process.on('SIGTERM', () => {
  stop.abort();
  process.stdin.destroy();
});
const parts = { watchers: [...machine.watchers, ...triggers], histories: [...machine.histories, last] };
await runAgent({ data: process.argv[2] ?? '', ...machine, ...parts, transport: createTransport }, stop.signal);
