import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { type Client, Refused } from '../start/client.ts';
import { enrolDevice, type KeptDevice } from './device.ts';
import { watch } from './transport.ts';

/** Everybody else waits while a file is written. */
const ROWS_OF_A_FILE = 1000;
const TRIES = 60;
const RECORDS_MISSING = 409;

/** Asks again where the server says that it is not now. */
async function call<T>(client: Client, ...request: Parameters<Client['call']>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.call<T>(...request);
    } catch (error) {
      const isLater = error instanceof Refused && (error.status === 429 || error.status === 503);
      if (!isLater || tries >= TRIES) throw error;
      await delay(1000);
    }
  }
}

/** Registers so many devices, by the file that a council would import; gives their serial numbers, which are their asset tags too. */
export async function register(client: Client, count: number, registered: (more: number) => void): Promise<string[]> {
  const run = randomBytes(3).toString('hex').toUpperCase();
  const names = Array.from({ length: count }, (_, index) => `FLEET-${run}-${index + 1}`);
  for (let from = 0; from < count; from += ROWS_OF_A_FILE) {
    const part = names.slice(from, from + ROWS_OF_A_FILE);
    const file = ['asset_tag,serial_number,kind', ...part.map((name) => `${name},${name},laptop`)].join('\n');
    await call(client, 'POST', '/api/v1/devices/import', file, 'text/csv');
    registered(part.length);
  }
  return names;
}

export const fleetKey = async (client: Client, uses: number): Promise<string> =>
  (await call<{ token: string }>(client, 'POST', '/api/v1/enrolment-tokens', { uses, days: 1 })).token;

const FOR_A_MEASUREMENT = 'none: devices invented by npm run fleet';

/** The records without which a council's server enrols no device but its own machine. */
async function record(client: Client): Promise<void> {
  const was = await call<Record<string, unknown>>(client, 'GET', '/api/v1/organisation');
  const records = {
    dpiaReference: was['dpiaReference'] ?? FOR_A_MEASUREMENT,
    staffToldOn: was['staffToldOn'] ?? new Date().toISOString().slice(0, 10),
    consultationRecord: was['consultationRecord'] ?? FOR_A_MEASUREMENT,
  };
  await call(client, 'PUT', '/api/v1/organisation', { ...was, ...records });
}

export interface FirstOptions {
  readonly client: Client;
  readonly server: string;
  readonly token: string;
  readonly serialNumber: string;
  readonly say: (words: string) => void;
}

/** Enrols the first device. Where the server may not enrol any yet, the records are made first, which is said. */
export async function enrolFirst({ client, server, token, serialNumber, say }: FirstOptions): Promise<KeptDevice> {
  const transport = watch(server, createTransport(server));
  try {
    return await enrolDevice({ server, token, serialNumber, transport });
  } catch (error) {
    if (transport.lastStatus() !== RECORDS_MISSING) throw error;
    say(
      'This server may not enrol devices yet: recording that these are invented ones (DPIA, staff told, consultation).',
    );
    await record(client);
    return await enrolDevice({ server, token, serialNumber, transport });
  }
}

/** The version of the policy in force; of the one that comes with Beadle where there is none. */
export async function policyVersion(client: Client): Promise<string> {
  const { items } = await call<{ items: { version: string; inForce: boolean }[] }>(client, 'GET', '/api/v1/policies');
  return items.find(({ inForce }) => inForce)?.version ?? '2026.1';
}
