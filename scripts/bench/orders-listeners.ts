import { createInterface } from 'node:readline';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { enrolDevice, type KeptDevice } from '../fleet/device.ts';
import { inTurns } from '../fleet/in-turns.ts';
import { enrolFirst, fleetKey, register } from '../fleet/set-up.ts';
import { createClient } from '../start/client.ts';
import { startListener } from './orders-listener.ts';

/**
 * The devices of the measurement of orders, in a process of their own. Takes a plan on standard input; says the tags of
 * the devices when all of them listen, and then each order whose effect the server has taken, with the moment.
 */
interface Plan {
  readonly origin: string;
  /** An administrator's. */
  readonly token: string;
  readonly devices: number;
}

const AT_A_TIME = 8;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function enrolAll({ origin, token, devices }: Plan): Promise<KeptDevice[]> {
  const client = createClient(origin, token);
  const [first = '', ...others] = await register(client, devices, () => undefined);
  const key = await fleetKey(client, devices);
  const words = (text: string) => void process.stderr.write(`${text}\n`);
  const kept = [await enrolFirst({ client, server: origin, token: key, serialNumber: first, say: words })];
  const transport = createTransport(origin, { connections: AT_A_TIME });
  await inTurns(others, AT_A_TIME, async (serialNumber) => {
    kept.push(await enrolDevice({ server: origin, token: key, serialNumber, transport }));
  });
  await transport.close();
  return kept;
}

async function main(line: string): Promise<void> {
  const plan = JSON.parse(line) as Plan;
  const kept = await enrolAll(plan);
  const reported = (order: string) => say({ order, at: performance.timeOrigin + performance.now() });
  await inTurns(kept, AT_A_TIME, async (device) => {
    await startListener(plan.origin, device, reported).opened;
  });
  say({ ready: kept.map(({ enrolment }) => enrolment.assetTag) });
}

createInterface({ input: process.stdin }).once('line', (line) => void main(line));
