import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient, Refused } from './start/client.ts';
import { organisationOf, policyInReport } from './start/policy.ts';
import { run, start, stop, untilItEnds } from './start/processes.ts';
import { readStartSettings, serverEnvironment, type StartSettings } from './start/settings.ts';

const root = join(import.meta.dirname, '..');
const SERVER = join(root, 'packages/server/src/main.ts');
const AGENT = join(root, 'packages/agent/src/main.ts');

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
/** Why rules report that nobody has previewed; stands in the audit log. */
const WITHOUT_PREVIEW = 'npm start lets every rule report, for a first look at one machine';
/** A process group gets the first signal twice. */
const SAME_SIGNAL_MS = 1_000;

const say = (text: string) => void process.stdout.write(`${text}\n`);

function untilSignalled(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (first !== undefined && Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
      first ??= Date.now();
      controller.abort();
    });
  }
  return controller.signal;
}

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

/** The token that the last run left, where it is still good, else a new one; kept with mode 0600. */
async function administrator({ data }: StartSettings, origin: string, env: Record<string, string>): Promise<Client> {
  const file = join(data, 'admin-token');
  if (existsSync(file)) {
    const client = createClient(origin, readFileSync(file, 'utf8').trim());
    const good = await client.call('GET', '/api/v1/organisation').then(
      () => true,
      (error: unknown) => !(error instanceof Refused && error.status === 401),
    );
    if (good) return client;
  }
  const token = await run({ args: [SERVER, 'token', 'create', '--role', 'administrator', '--name', 'npm start'], env });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return createClient(origin, token);
}

async function putPolicyInForce(client: Client, { policy }: StartSettings): Promise<void> {
  try {
    const path = `/api/v1/policies?without-preview=${encodeURIComponent(WITHOUT_PREVIEW)}`;
    await client.call('POST', path, policyInReport(policy), 'application/yaml');
  } catch (error) {
    if (error instanceof Refused && error.code === 'conflict')
      return say(`${policy}: ${error.message} The one in force stays.`);
    if (error instanceof Refused && error.code === 'policy-refused')
      throw new Error(`${policy}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A tag of this machine's own, from its name. */
const tagOfThisMachine = () =>
  `THIS-${
    hostname()
      .split('.')[0]
      ?.replaceAll(/[^A-Za-z0-9-]/g, '-') || 'MACHINE'
  }`
    .toUpperCase()
    .slice(0, 60);

/** This machine in the register, whatever its firmware says it is: a laptop. */
async function register(client: Client): Promise<string> {
  const assetTag = tagOfThisMachine();
  try {
    await client.call('POST', '/api/v1/devices', { assetTag, kind: 'laptop' });
  } catch (error) {
    if (!(error instanceof Refused && error.code === 'asset-tag-taken')) throw error;
  }
  return assetTag;
}

async function enrolThisMachine(client: Client, settings: StartSettings, origin: string): Promise<void> {
  const data = join(settings.data, 'agent');
  const status = await run({ args: [AGENT, 'status', '--json', '--data', data] }).catch(() => undefined);
  if (status !== undefined) return;
  const assetTag = await register(client);
  const { token } = await client.call<{ token: string }>('POST', `/api/v1/devices/${assetTag}/enrolment-tokens`);
  await run({ args: [AGENT, 'enrol', '--server', origin, '--token', '-', '--data', data] }, token);
}

async function signInAddress(client: Client, origin: string): Promise<string> {
  const { code } = await client.call<{ code: string }>('POST', '/api/v1/sign-in-codes', {
    name: userInfo().username,
    role: 'administrator',
  });
  return `${origin}/sign-in/${code}`;
}

async function bringUp(settings: StartSettings, running: ChildProcess[], signal: AbortSignal): Promise<never> {
  const { data, port } = settings;
  const origin = `http://127.0.0.1:${port}`;
  const env = serverEnvironment(settings, organisationOf(settings.policy));
  const serverLog = join(data, 'server.log');
  const server = start({ args: [SERVER, 'serve'], env, stdio: ['ignore', 'ignore', openSync(serverLog, 'a', 0o600)] });
  running.push(server);
  const serverEnded = untilItEnds(server, 'server', serverLog);
  await Promise.race([untilReady(origin, signal), serverEnded]);
  const client = await administrator(settings, origin, env);
  await putPolicyInForce(client, settings);
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

async function main(): Promise<number> {
  const signal = untilSignalled();
  const settings = readStartSettings(process.env, root);
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  // The agent first, so that it can still hand over what it has.
  const running: ChildProcess[] = [];
  const signalled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([bringUp(settings, running, signal), signalled]);
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    for (const child of running) await stop(child, STOP_WITHIN_MS);
  }
}

process.exit(await main());
