import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AGENT_ENVIRONMENT, NODE_FLAGS } from '../bundle/launcher.ts';
import { bundleAgent } from '../bundle.ts';
import type { Council } from './council.ts';
import { type Driver, linesOf } from './lines.ts';

const here = import.meta.dirname;

/** The agent as it is installed, and beside it, of the same parts, what drives its cycle and its uplink from outside. */
export async function installAgent(folder: string): Promise<string> {
  await bundleAgent(folder, {
    cycles: join(here, 'drive-cycles.ts'),
    uplink: join(here, 'drive-uplink.ts'),
    life: join(here, 'life/drive-life.ts'),
  });
  return folder;
}

async function finish(child: ChildProcess, input: string): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`enrolment: ${errors.trim()}`);
}

/** Enrols a new device of the council; gives its data folder. */
export async function enrolDevice(agent: string, council: Council, assetTag: string): Promise<string> {
  const data = join(council.folder, assetTag);
  const token = await council.tokenFor(assetTag);
  const args = ['enrol', '--server', council.origin, '--token', '-', '--data', data];
  await finish(spawn(join(agent, 'beadle-agent'), args, { stdio: ['pipe', 'ignore', 'pipe'] }), token);
  return data;
}

export const startAgent = (agent: string, data: string): ChildProcess =>
  spawn(join(agent, 'beadle-agent'), ['run', '--data', data], { stdio: 'ignore' });

/** Starts a driver under the same Node, flags and environment as the agent. */
export function startDriver(agent: string, name: 'cycles' | 'uplink' | 'life', data: string): Driver {
  const args = [...NODE_FLAGS, join(agent, `${name}.mjs`), data];
  const env = { ...process.env, ...AGENT_ENVIRONMENT };
  const child = spawn(join(agent, 'node'), args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  return linesOf(child, `the driver of ${name}`);
}
