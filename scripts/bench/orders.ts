import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { start, stop } from '../start/processes.ts';
import { type Council, openCouncil } from './council.ts';
import { median, print, progress } from './result.ts';

/** Connected at a time, and how many orders are given, one after the other. */
const RUNS = [
  { devices: 1, orders: 50 },
  { devices: 5000, orders: 100 },
] as const;
const LISTENERS = join(import.meta.dirname, 'orders-listeners.ts');
const WAIT_MS = 20_000;
/** Nobody orders faster for long: the server makes the codes of orders to come meanwhile. */
const PAUSE_MS = 1_000;
const TARGET_MS = 1000;

const now = () => performance.timeOrigin + performance.now();

interface Listening {
  readonly tags: readonly string[];
  /** When the server had taken the device's report of an order. */
  readonly effectOf: (order: string) => Promise<number>;
  readonly stop: () => Promise<unknown>;
}

type Line = { readonly ready: readonly string[] } | { readonly order: string; readonly at: number };

async function listeners({ origin, token }: Council, devices: number): Promise<Listening> {
  const child = start({ args: [LISTENERS], stdio: ['pipe', 'pipe', 'inherit'] });
  const { promise: ready, resolve, reject } = Promise.withResolvers<readonly string[]>();
  child.once('exit', () => reject(new Error('the devices have ended')));
  const [told, waiting] = [new Map<string, number>(), new Map<string, (at: number) => void>()];
  if (child.stdout === null) throw new Error('the devices could not be started');
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('ready' in line) resolve(line.ready);
    else {
      told.set(line.order, line.at);
      waiting.get(line.order)?.(line.at);
    }
  });
  child.stdin?.write(`${JSON.stringify({ origin, token, devices })}\n`);
  const tags = await ready;
  const effectOf = (order: string) => {
    const at = told.get(order);
    if (at !== undefined) return Promise.resolve(at);
    return new Promise<number>((settle, refuse) => {
      const timer = setTimeout(() => refuse(new Error(`no effect of ${order} within 20 s`)), WAIT_MS);
      waiting.set(order, (found) => {
        clearTimeout(timer);
        settle(found);
      });
    });
  };
  return { tags, effectOf, stop: () => stop(child, 5000) };
}

const LOCK = {
  kind: 'lock',
  until: null,
  reason: 'a measurement',
  notice: 'This is a measurement.',
  telephone: '0',
} as const;

/** From before the order is sent to when its effect is there; and a question to the same server, there and back. */
async function roundOf({ client }: Council, { effectOf }: Listening, tag: string) {
  const url = `/api/v1/devices/${tag}`;
  const asked = now();
  await client.call('GET', url);
  const began = now();
  const { id } = await client.call<{ id: string }>('POST', `${url}/orders`, LOCK);
  const effect = (await effectOf(id)) - began;
  await client.call('POST', `${url}/orders/${id}/lifting`, { reason: 'it has been measured' });
  return { effect, question: began - asked };
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;

async function measure(council: Council, { devices, orders }: (typeof RUNS)[number]): Promise<void> {
  progress(`orders: ${devices} devices are enrolled and connected`);
  const listening = await listeners(council, devices);
  const rounds: Awaited<ReturnType<typeof roundOf>>[] = [];
  try {
    for (let at = 0; at < orders; at += 1) {
      const tag = listening.tags[Math.floor((at * listening.tags.length) / orders)] ?? '';
      rounds.push(await roundOf(council, listening, tag));
      await delay(PAUSE_MS);
    }
  } finally {
    await listening.stop();
  }
  const [effects, questions] = [rounds.map(({ effect }) => effect), rounds.map(({ question }) => question)];
  const unit = 'ms';
  const note = `${orders} orders, one a second, of ${devices} connected devices`;
  const reference = 'a question about the same device to the same server, there and back';
  const common = { unit, note, reference: `median of ${reference}`, against: median(questions) };
  print({ name: `orders.effect.${devices}.median`, value: median(effects), ...common });
  print({ name: `orders.effect.${devices}.p99`, value: p99(effects), target: TARGET_MS, ...common });
}

/** From an order over the API to its effect, observed by the device and taken in by the server. */
export async function measureOrders(folder: string): Promise<void> {
  const council = await openCouncil(join(folder, 'orders'));
  try {
    for (const run of RUNS) await measure(council, run);
  } finally {
    await council.stop();
  }
}
