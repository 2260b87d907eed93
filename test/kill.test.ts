import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NUMBERED_POLICY, whatArrived } from './support/numbered.ts';
import { answers, freePort, type Spawned, spawnNode, until } from './support/processes.ts';

/** How often each side is killed: a few times here, `BEADLE_KILLS=200 npm test -- test/kill.test.ts` for the whole of it. */
const KILLS = Number(process.env['BEADLE_KILLS'] ?? 6);
const MOST_BETWEEN_MS = 250;
const SERVER = 'packages/server/src/main.ts';
const AGENT = 'packages/agent/src/main.ts';

let folder: string;
let env: Record<string, string>;
let origin: string;
let server: Spawned;
let device: Spawned;

const ledger = () => join(folder, 'ledger');
const ledgerSize = () => (existsSync(ledger()) ? statSync(ledger()).size : 0);

async function startServer(): Promise<void> {
  server = spawnNode([SERVER, 'serve'], env);
  await until('the server', () => answers(`${origin}/health/ready`));
}

/** Starts the device and waits until it makes findings. */
async function startDevice(): Promise<void> {
  const before = ledgerSize();
  device = spawnNode(['test/support/stream.ts', join(folder, 'device'), ledger()]);
  await until('the first finding', () => ledgerSize() > before || device.child.exitCode !== null);
}

async function kill({ child, ended }: Spawned): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

async function output(args: string[], extra: Record<string, string> = {}): Promise<string> {
  const run = spawnNode(args, extra);
  const code = await run.ended;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${run.output().stderr}`);
  return run.output().stdout.trim();
}

async function post(
  token: string,
  path: string,
  body: unknown,
  type = 'application/json',
): Promise<Record<string, string>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: text,
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-kill-'));
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  env = {
    BEADLE_SERVER_DATABASE: join(folder, 'server'),
    BEADLE_SERVER_PORT: String(port),
    BEADLE_SERVER_LOG_FILE: join(folder, 'server.log'),
  };
  await startServer();
  const token = await output([SERVER, 'token', 'create', '--role', 'administrator', '--name', 'test'], env);
  await post(token, '/api/v1/policies', NUMBERED_POLICY, 'application/yaml');
  await post(token, '/api/v1/devices', { assetTag: 'DBC-1' });
  const enrolment = await post(token, '/api/v1/devices/DBC-1/enrolment-tokens', {});
  await output([
    AGENT,
    'enrol',
    '--server',
    origin,
    '--token',
    enrolment['token'] ?? '',
    '--data',
    join(folder, 'device'),
  ]);
});

afterEach(async () => {
  await Promise.all([kill(device), kill(server)]);
  rmSync(folder, { recursive: true });
});

describe('agent and server killed at random moments', () => {
  it(
    `loses nothing and doubles nothing over ${KILLS} kills of each`,
    async () => {
      await startDevice();
      const order = [...Array<string>(KILLS).fill('device'), ...Array<string>(KILLS).fill('server')].toSorted(
        () => Math.random() - 0.5,
      );
      for (const who of order) {
        await delay(Math.random() * MOST_BETWEEN_MS);
        await kill(who === 'device' ? device : server);
        await (who === 'device' ? startDevice() : startServer());
      }
      device.child.kill('SIGTERM');
      expect({ code: await device.ended, stderr: device.output().stderr }).toEqual({ code: 0, stderr: '' });
      const kept = readFileSync(ledger(), 'utf8').trimEnd().split('\n').map(Number);
      const { numbers, broken, breach } = whatArrived(join(folder, 'server'));
      const missing = kept.filter((number) => !new Set(numbers).has(number));
      const twice = numbers.length - new Set(numbers).size;
      const counts = {
        killsOfAgent: KILLS,
        killsOfServer: KILLS,
        kept: kept.length,
        arrived: numbers.length,
        missing: missing.length,
        twice,
        broken,
        breachCount: breach?.count,
      };
      console.log(JSON.stringify(counts));
      expect(counts).toMatchObject({ missing: 0, twice: 0, broken: 0, breachCount: numbers.length });
      // A finding that was kept when the agent died before it could write its number down.
      expect(numbers.length - kept.length).toBeLessThanOrEqual(KILLS);
      expect(breach?.breaches).toBe(1);
    },
    60_000 + KILLS * 10_000,
  );
});
