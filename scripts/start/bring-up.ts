import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { administrator, signInAddress } from './administrator.ts';
import type { Client } from './client.ts';
import { start, untilItEnds } from './processes.ts';
import { AGENT, SERVER } from './programs.ts';
import type { StartSettings } from './settings.ts';
import { enrolThisMachine } from './this-machine.ts';

const READY_WITHIN_MS = 60_000;

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function untilReady(origin: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    signal.throwIfAborted();
    const response = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (response?.ok === true) return;
    await delay(100, undefined, { signal });
  }
  throw new Error(`The server was not ready within ${READY_WITHIN_MS / 1000} s.`);
}

export interface BringUp {
  readonly settings: StartSettings;
  /** The server's settings, as the variables that it reads. */
  readonly env: Readonly<Record<string, string>>;
  /** What the administrator's token is called. */
  readonly name: string;
  /** What is done once the server is there, before this machine is enrolled. */
  readonly prepare?: (client: Client) => Promise<void>;
}

/** Starts the server and this machine's agent, and says where to sign in; ends where one of the two does. */
export async function bringUp(
  { settings, env, name, prepare }: BringUp,
  running: ChildProcess[],
  signal: AbortSignal,
): Promise<never> {
  const { data, port } = settings;
  const origin = `http://127.0.0.1:${port}`;
  const serverLog = join(data, 'server.log');
  const server = start({ args: [SERVER, 'serve'], env, stdio: ['ignore', 'ignore', openSync(serverLog, 'a', 0o600)] });
  running.push(server);
  const serverEnded = untilItEnds(server, 'server', serverLog);
  await Promise.race([untilReady(origin, signal), serverEnded]);
  const client = await administrator({ data, name }, origin, env);
  await prepare?.(client);
  await enrolThisMachine(client, settings, origin);
  const agentLog = join(data, 'agent.log');
  const agent = start({
    args: [AGENT, 'run', '--data', join(data, 'agent')],
    stdio: ['ignore', 'ignore', openSync(agentLog, 'a', 0o600)],
  });
  running.unshift(agent);
  say(`Beadle is ready: ${origin} sign in at ${await signInAddress(client, origin)}`);
  return Promise.race([serverEnded, untilItEnds(agent, 'agent', agentLog)]);
}
