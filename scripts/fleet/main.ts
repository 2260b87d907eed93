import { readFileSync } from 'node:fs';
import { UsageError } from '../../packages/agent/src/errors.ts';
import { createClient } from '../start/client.ts';
import type { KeptDevice } from './device.ts';
import { readKept, writeKept } from './kept.ts';
import { type FleetOptions, HELP, readOptions } from './options.ts';
import type { ThreadPlayed } from './play.ts';
import { createProgress } from './progress.ts';
import { resultOf, totalOf } from './result.ts';
import { enrolFirst, fleetKey, policyVersion, register } from './set-up.ts';
import { startThread, type Thread } from './threads.ts';
import { watchServer } from './watch-server.ts';

const say = (words: string) => void process.stderr.write(`${words}\n`);

/** Every `count`th item from `at` on. */
const shareOf = <T>(items: readonly T[], at: number, count: number): T[] =>
  items.filter((_, index) => index % count === at);

interface Ready {
  readonly threads: readonly Thread[];
  /** Kept by an earlier run and not played in this one. */
  readonly others: readonly KeptDevice[];
}

/** Registers and enrols whoever is missing, and deals the devices out to threads. */
async function getReady(options: FleetOptions, token: string): Promise<Ready> {
  const { server, keep, workers, connections } = options;
  const client = createClient(server, token);
  const plan = { ...options, token: '', policyVersion: await policyVersion(client) };
  const kept = readKept(keep, server);
  const devices = kept.slice(0, options.devices);
  const missing = options.devices - devices.length;
  const registering = createProgress('registered', missing, say);
  const names = await register(client, missing, registering.more);
  const [first, ...toEnrol] = names;
  const key = first === undefined ? '' : await fleetKey(client, missing);
  if (first !== undefined) devices.push(await enrolFirst({ client, server, token: key, serialNumber: first, say }));
  const enrolling = createProgress('enrolled', toEnrol.length, say);
  const back = createProgress('back and acknowledged', options.devices, say);
  const count = Math.min(workers, options.devices);
  const threads = Array.from({ length: count }, (_, at) => {
    const share = {
      plan,
      fleetKey: key,
      devices: shareOf(devices, at, count),
      toEnrol: shareOf(toEnrol, at, count),
      threads: count,
      connections: connections === undefined ? undefined : Math.max(1, Math.floor(connections / count)),
    };
    return startThread(share, { enrolled: enrolling.one, back: back.one });
  });
  return { threads, others: kept.slice(options.devices) };
}

async function run(options: FleetOptions): Promise<number> {
  const token = options.token === '-' ? readFileSync(0, 'utf8').trim() : options.token;
  const { threads, others } = await getReady(options, token);
  try {
    const enrolled = (await Promise.all(threads.map(({ ready }) => ready))).flat();
    writeKept(options.keep, [...enrolled, ...others]);
    const beside = watchServer(options.pid, say);
    say(`${enrolled.length} devices come back within ${options.returnWithin} s`);
    const ended = await Promise.all(threads.map((thread) => thread.go()));
    writeKept(options.keep, [...ended.flatMap(({ devices }) => devices), ...others]);
    const played: readonly ThreadPlayed[] = ended.map((each) => each.played);
    beside.end();
    const result = resultOf(enrolled.length, played, options.streams);
    say(`sent away and come again: ${totalOf(played, ({ sentAway }) => sentAway)}`);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.errors === 0 ? 0 : 1;
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options !== 'help') return await run(options);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exit(await main(process.argv.slice(2)));
