/**
 * Run in a network namespace: puts isolation in force and takes it away with the agent's own means, and says what can be
 * reached. One JSON request a line on standard input, one answer a line on standard output.
 */
import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../packages/agent/src/cli/system.ts';
import { createMachine } from '../../../packages/agent/src/host/machine.ts';
import { actsFor, restrictorFor } from '../../../packages/agent/src/restrictions/registry.ts';

const [server = '', names = '{}'] = process.argv.slice(2);
const addresses = JSON.parse(names) as Record<string, string[]>;
const host = createMachine({ clock: systemClock, sources: [], acts: actsFor('linux') });
const kept = new Map<string, string>();
const { means } = restrictorFor('linux', {
  host,
  server,
  environment: {},
  kept: {
    text: (name) => kept.get(name),
    set: (name, value) => void (value === undefined ? kept.delete(name) : kept.set(name, value)),
  },
  resolve: (name) => Promise.resolve(addresses[name] ?? []),
});

const LIMIT_MS = 1500;
/** `open`, the error's code, or `timeout`. */
const reach = (address: string, port: number) =>
  new Promise<string>((resolve) => {
    const socket = connect({ host: address, port, timeout: LIMIT_MS });
    const end = (what: string) => {
      socket.destroy();
      resolve(what);
    };
    socket.on('connect', () => end('open'));
    socket.on('timeout', () => end('timeout'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
  });

type Asked =
  | { readonly act: 'hold'; readonly allow?: { address: string; port: number }[] }
  | { readonly act: 'lift' }
  | { readonly act: 'reach'; readonly address: string; readonly port: number }
  | { readonly act: 'listen'; readonly port: number }
  | { readonly act: 'run'; readonly command: readonly string[] };

const restriction = (allow: { address: string; port: number }[] = []) =>
  ({ id: 'i', kind: 'isolate', until: null, notice: null, telephone: null, release: null, allow }) as const;

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.act) {
    case 'hold': {
      const from = performance.now();
      return { ...(await means.isolate.hold([restriction(asked.allow)])), ms: Math.round(performance.now() - from) };
    }
    case 'lift':
      return means.isolate.lift();
    case 'reach':
      return reach(asked.address, asked.port);
    case 'listen':
      return new Promise((resolve) => {
        createServer((socket) => socket.end()).listen(asked.port, '0.0.0.0', () => resolve('listening'));
      });
    case 'run':
      return execFileSync(asked.command[0] ?? '', asked.command.slice(1), { encoding: 'utf8' });
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Asked))}\n`);
process.exit(0);
