import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Client, Refused } from './client.ts';
import { run } from './processes.ts';
import { AGENT } from './programs.ts';

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

/** Registers and enrols this machine, where it is not yet. */
export async function enrolThisMachine(
  client: Client,
  { data: folder }: { readonly data: string },
  origin: string,
): Promise<void> {
  const data = join(folder, 'agent');
  const status = await run({ args: [AGENT, 'status', '--json', '--data', data] }).catch(() => undefined);
  if (status !== undefined) return;
  const assetTag = await register(client);
  const { token } = await client.call<{ token: string }>('POST', `/api/v1/devices/${assetTag}/enrolment-tokens`);
  await run({ args: [AGENT, 'enrol', '--server', origin, '--token', '-', '--data', data] }, token);
}
