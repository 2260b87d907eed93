import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';

const ASK_EVERY_MS = 200;
const ANSWERS_WITHIN_MS = 6_000;
const EVERYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function addressOf({ host, port }: Settings): string {
  const at = EVERYWHERE[host] ?? host;
  return `http://${at.includes(':') ? `[${at}]` : at}:${port}/health/ready`;
}

/** What it answers, in words; undefined where it is ready. */
const notReady = (address: string): Promise<string | undefined> =>
  fetch(address, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok ? undefined : `it answers ${response.status}`;
    },
    () => 'it does not answer',
  );

/** Asks the server of these settings until it is ready, for `within` seconds, and at least once. */
async function ready(settings: Settings, io: CommandIo, within: string): Promise<number> {
  if (!/^\d{1,4}$/.test(within))
    throw new StartError(`--within: expected a number of seconds, not "${within}".`, { exitCode: 2 });
  const address = addressOf(settings);
  const end = performance.now() + Number(within) * 1000;
  for (;;) {
    const words = await notReady(address);
    if (words === undefined) break;
    if (performance.now() >= end) throw new StartError(`The server at ${address} is not ready: ${words}.`);
    await delay(ASK_EVERY_MS);
  }
  print(io.stdout, 'The server is ready.');
  return 0;
}

export function addReady(
  program: Command,
  run: (work: (settings: Settings) => Promise<number>) => Promise<void>,
  io: CommandIo,
): void {
  program
    .command('ready')
    .description('exit 0 where the server on this machine is ready, 1 where it is not')
    .option('--within <SECONDS>', 'how long to wait for it', '0')
    .action(({ within }: { within: string }) => run((settings) => ready(settings, io, within)));
}
