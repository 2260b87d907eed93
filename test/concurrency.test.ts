import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transport, TransportResponse } from '../packages/agent/src/uplink/transport.ts';
import { arrived, breachesOf } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { isOnPostgres } from './support/database.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const ORIGIN = 'http://127.0.0.1:8420';
/** Two servers serve one PostgreSQL; SQLite has one. */
const DEVICES = isOnPostgres() ? 200 : 50;

interface Instance {
  readonly app: FastifyInstance;
  readonly token: string;
}
type Sent = Parameters<Transport['send']>[0];

let world: World;
let council: Council;
let instances: readonly Instance[];
let laptops: Laptop[];
let statuses: number[];

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  instances = [{ app: council.app(), token: council.token() }];
  if (isOnPostgres()) instances = [...instances, await council.beside()];
  laptops = [];
  statuses = [];
  await putPolicy(council);
});

afterEach(async () => {
  for (const laptop of laptops) laptop.close();
  await council.close();
});

const instance = (number: number): Instance =>
  instances[number % instances.length] ?? { app: council.app(), token: '' };

async function deliver({ app }: Instance, { method, path, headers, body }: Sent): Promise<TransportResponse> {
  const url = new URL(path, ORIGIN);
  const answer = await app.inject({
    method,
    url: url.pathname,
    headers: { ...headers, host: url.host },
    payload: Buffer.from(body),
  });
  statuses.push(answer.statusCode);
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.rawPayload };
}

/** The requests of a laptop, one server after the other; while it is held they go nowhere and are kept. */
function line(number: number) {
  const held: Sent[] = [];
  let isHeld = false;
  const transport: Transport = {
    send(request) {
      if (!isHeld) return deliver(instance(number), request);
      held.push(request);
      return Promise.reject(new Error('held'));
    },
    close: () => Promise.resolve(),
  };
  return {
    transport,
    async holding(work: () => Promise<void>): Promise<readonly Sent[]> {
      isHeld = true;
      await work();
      isHeld = false;
      return held.splice(0);
    },
  };
}

async function addLaptop(assetTag: string, number = 0) {
  const { transport, holding } = line(number);
  const laptop = await createLaptop({ council, world, assetTag, transport });
  laptops.push(laptop);
  // Not of what enrolment was answered with.
  statuses = [];
  const once = () => laptop.running(({ uplink }) => uplink.once(AbortSignal.timeout(30_000)));
  return { laptop, once, holding };
}

/** As an agent does that is told to come again. */
async function untilSent(laptop: Laptop): Promise<void> {
  while ((await laptop.running(({ outbox }) => outbox.waiting().pending)) > 0) await laptop.checkIn();
}

/** One that is still arriving when its device comes again is cut off: it has given up that one, and gets no answer. */
const all = (requests: readonly Sent[]) =>
  Promise.allSettled(requests.map((each, index) => deliver(instance(index), each)));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('check-ins of one device, all at once', () => {
  it('are one chain, whoever comes first', async () => {
    const { laptop, once, holding } = await addLaptop('DBC-1');
    for (let round = 0; round < 5; round += 1) {
      const requests = await holding(async () => {
        for (const number of upTo(8)) {
          world.pass(1);
          await laptop.keep(round * 8 + number);
          await once();
        }
      });
      expect(requests).toHaveLength(8);
      await all(requests);
    }
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    await untilSent(laptop);
    const { numbers, gaps, chainIntact } = await arrived(council, 'DBC-1');
    expect({ numbers, gaps, chainIntact }).toEqual({ numbers: upTo(40), gaps: [], chainIntact: true });
  });

  it('do not fork it where two copies of the device go on from the same place', async () => {
    const { laptop, once, holding } = await addLaptop('DBC-1');
    for (const round of upTo(8)) {
      const number = round * 10;
      laptop.copy('before');
      const requests = await holding(async () => {
        await laptop.keep(number);
        await once();
        laptop.restore('before');
        world.pass(1);
        await laptop.keep(number + 1);
        await once();
      });
      await all(round % 2 === 0 ? requests : requests.toReversed());
      await untilSent(laptop);
    }
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    const { numbers, chainIntact } = await arrived(council, 'DBC-1');
    expect(chainIntact).toBe(true);
    expect(new Set(numbers).size).toBe(numbers.length);
    // What the copy that lives on has kept is there, whichever came first.
    expect(numbers).toEqual(expect.arrayContaining(upTo(8).map((round) => round * 10 + 1)));
  });
});

describe(`${DEVICES} devices that open a breach at once`, () => {
  const refs = upTo(DEVICES).map((number) => `BR-2026-${String(number).padStart(6, '0')}`);

  async function ask(number: number, method: 'GET' | 'POST', url: string, payload?: object): Promise<number> {
    const { app, token } = instance(number);
    const headers = { authorization: `Bearer ${token}` };
    return (await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })).statusCode;
  }

  it('give each a breach and a notice, once, and people act on each once', async () => {
    // What is a person's stands for itself; what is ICT's would be one item with one message.
    await putPolicy(council, policyYaml('2').replace('duty: ict', 'duty: holder'));
    for (const number of upTo(DEVICES)) {
      const { laptop } = await addLaptop(`DBC-${number}`, number);
      laptop.show('off');
      await laptop.cycle();
    }
    await Promise.all(laptops.map(untilSent));
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    const rows = await council.db().selectFrom('breaches').select(['ref', 'count']).orderBy('ref').execute();
    expect(rows).toEqual(refs.map((ref) => ({ ref, count: 1 })));

    // Two workers, woken together.
    const ran = await Promise.all(instances.map(({ app }) => app.jobs.runDue()));
    expect(council.mail()).toHaveLength(DEVICES);
    const jobs = await council
      .db()
      .selectFrom('jobs')
      .select(['status', 'attempts'])
      .where('kind', '=', 'notice')
      .execute();
    expect(jobs).toEqual(refs.map(() => ({ status: 'done', attempts: 1 })));

    // Two people on each of twenty breaches, while its device complies again.
    const ofTwenty = await Promise.all(upTo(20).map((number) => breachesOf(council, `DBC-${number}`)));
    const twenty = ofTwenty.flat().map(({ ref }) => ref);
    const twice = (act: (who: number) => Promise<number>) => Promise.all([act(0), act(1)]);
    const path = (ref: string) => `/api/v1/breaches/${ref}`;
    for (const laptop of laptops.slice(0, 20)) {
      laptop.show('on');
      await laptop.cycle();
    }
    const [, ...acts] = await Promise.all([
      Promise.all(laptops.slice(0, 20).map(untilSent)),
      ...twenty.map(async (ref) => [
        ...(await twice((who) => ask(who, 'POST', `${path(ref)}/acknowledgement`))),
        ...(await twice((who) => ask(who, 'POST', `${path(ref)}/closure`, { reason: `Mended by ${who}.` }))).toSorted(
          (a, b) => a - b,
        ),
      ]),
    ]);
    expect(acts).toEqual(twenty.map(() => [200, 200, 200, 409]));
    const events = await council
      .db()
      .selectFrom('breach_events')
      .select(['breach', 'type'])
      .where('type', 'in', ['acknowledged', 'closed'])
      .execute();
    expect(events).toHaveLength(40);
    expect(new Set(events.map(({ breach, type }) => `${breach} ${type}`)).size).toBe(40);
    expect(await breachesOf(council, 'DBC-1')).toMatchObject([{ status: 'closed' }]);
    const { body } = await council.ask<{ intact: boolean }>('GET', '/api/v1/audit/verification');
    expect(body).toMatchObject({ intact: true });
    const come = (status: number) => statuses.filter((each) => each === status).length;
    console.log(
      JSON.stringify({ devices: DEVICES, servers: instances.length, taken: come(200), later: come(503), ran }),
    );
  });
});
