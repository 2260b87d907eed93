import { median } from '../result.ts';
import type { Address } from './addresses.ts';
import { type Asked, planOf } from './queries.ts';
import type { PagesServer } from './server.ts';
import { SIZES } from './sizes.ts';

/** Of one address, in milliseconds at the server: from the request to the last byte of its answer. */
export interface Timed {
  readonly name: string;
  readonly url: string;
  readonly status: number;
  readonly bytes: number;
  readonly median: number;
  /** The quickest: what it takes where nothing else keeps the machine busy. */
  readonly best: number;
  readonly worst: number;
  /** The statement that took longest in any of its requests. */
  readonly slowest: Asked | undefined;
}

const WARM_UP = 3;
/** What takes so long in all is known well enough. */
const LONG_ENOUGH_MS = 4000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The first of an address's forms that is answered with a page; an act may be open to one breach and not to another. */
async function answered({ get }: PagesServer, { urls, name }: Address, turn: number) {
  for (const url of urls) {
    const { statusCode: status, rawPayload } = await get(url, turn);
    if (status < 400 || urls.at(-1) === url) return { url, status, bytes: rawPayload.length };
  }
  throw new Error(`${name} has no address`);
}

export async function measureAddress(server: PagesServer, address: Address, turn: number): Promise<Timed> {
  const { url, status, bytes } = await answered(server, address, turn);
  const ask = () => timed(() => server.get(url, turn));
  const first = await ask();
  const more = first > LONG_ENOUGH_MS / (SIZES.rounds + WARM_UP) ? 0 : WARM_UP - 1;
  for (let at = 0; at < more; at += 1) await ask();
  server.queries.takeSlowest();
  const times: number[] = [];
  for (let spent = 0; times.length < SIZES.rounds && (times.length < 3 || spent < LONG_ENOUGH_MS); ) {
    const took = await ask();
    times.push(took);
    spent += took;
  }
  const slowest = server.queries.takeSlowest();
  const [best, worst] = [Math.min(...times), Math.max(...times)];
  return { name: address.name, url, status, bytes, median: median(times), best, worst, slowest };
}

export const planLines = async (server: PagesServer, { slowest }: Timed): Promise<readonly string[]> => {
  if (slowest === undefined) return ['no statement'];
  const { query, milliseconds } = slowest;
  const plan = await planOf(server.db, query);
  return [`${milliseconds.toFixed(1)} ms: ${query.sql}`, `with ${JSON.stringify(query.parameters)}`, ...plan];
};
