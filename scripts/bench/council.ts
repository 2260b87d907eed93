import type { ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '../start/client.ts';
import { policyInReport } from '../start/policy.ts';
import { run, start, stop, untilItEnds } from '../start/processes.ts';
import { serverEnvironment } from '../start/settings.ts';

const root = join(import.meta.dirname, '../..');
const SERVER = join(root, 'packages/server/src/main.ts');
const POLICY = join(root, 'policies/dacorum.yaml');

/** A real server with the council's policy in force, in a folder of its own. */
export interface Council {
  readonly origin: string;
  readonly folder: string;
  readonly client: Client;
  /** An administrator's. */
  readonly token: string;
  readonly server: ChildProcess;
  /** Registers a laptop and makes a token for it. */
  tokenFor(assetTag: string): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}

async function untilReady(origin: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const response = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (response?.ok === true) return;
    await delay(100);
  }
  throw new Error('the server was not ready within 30 s');
}

export interface CouncilOptions {
  /** The address of a PostgreSQL database; undefined: SQLite in the folder. */
  readonly database?: string | undefined;
  /** Of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openCouncil(
  folder: string,
  { database, environment = {} }: CouncilOptions = {},
): Promise<Council> {
  const settings = { port: await freePort(), data: folder, policy: POLICY };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const env = {
    ...serverEnvironment(settings, undefined),
    BEADLE_SERVER_LOG_LEVEL: 'warn',
    ...environment,
    ...(database === undefined ? {} : { BEADLE_SERVER_DATABASE: database }),
  };
  const origin = `http://127.0.0.1:${settings.port}`;
  const errors = join(folder, 'server-errors.log');
  const server = start({
    args: [SERVER, 'serve'],
    env,
    stdio: ['ignore', 'ignore', openSync(errors, 'a', 0o600)],
  });
  const end = () => stop(server, 15_000);
  try {
    const ended = untilItEnds(server, 'server', 'its log').catch((error: Error) => {
      throw new Error(`${error.message}\n${readFileSync(errors, 'utf8')}`, { cause: error });
    });
    await Promise.race([untilReady(origin), ended]);
    ended.catch(() => undefined);
    const token = await run({ args: [SERVER, 'token', 'create', '--role', 'administrator', '--name', 'bench'], env });
    const client = createClient(origin, token);
    await client.call('POST', '/api/v1/policies', policyInReport(POLICY), 'application/yaml');
    const tokenFor = async (assetTag: string) => {
      await client.call('POST', '/api/v1/devices', { assetTag, kind: 'laptop' });
      return (await client.call<{ token: string }>('POST', `/api/v1/devices/${assetTag}/enrolment-tokens`)).token;
    };
    return { origin, folder, client, token, server, tokenFor, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}
