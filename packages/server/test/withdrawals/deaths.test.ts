import { asyncProperty, assert, array, constantFrom, integer, record } from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { carryOut } from '../../src/withdrawals/carry-out.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedRegisters } from '../support/seed-registers.ts';
import { createDirectory, type Directory, type Doing } from './directory.ts';

const url = '/api/v1/withdrawals';
const KEY = 'sam.rivers network';
const DOINGS = ['find', 'withdraw', 'prove', 'restore'] as const satisfies readonly Doing[];

let server: TestServer;
let directory: Directory;
beforeAll(async () => {
  directory = createDirectory();
  server = await startTestServer({}, undefined, { connectors: [directory.connector] });
  await seedRegisters(server.db, server.clock.now());
});
afterAll(() => server.close());
beforeEach(() => {
  directory.access.clear();
});

const post = async (path: string, payload: object) =>
  (await server.as('ict-administrator', { method: 'POST', url: `${url}${path}`, payload })).json();
const order = () =>
  post('', {
    subjects: ['sam.rivers'],
    facilities: ['network'],
    mode: 'temporary',
    until: new Date(server.clock.now() + 864e5).toISOString(),
    reason: 'A lost laptop.',
  });
const stepsOf = async () =>
  (await server.db.selectFrom('withdrawal_steps').select(['withdrawal', 'status', 'target']).execute()).filter(
    ({ status }) => status !== 'restored' && status !== 'handed-over',
  );
const deps = () => ({ db: server.db, clock: server.clock, random: server.random, connectors: [directory.connector] });
const idOfTarget = async () =>
  (await server.db.selectFrom('withdrawal_targets').select('id').executeTakeFirst())?.id ?? '';
const carry = async (attempt = 1) =>
  carryOut(
    deps(),
    { organisation: ORGANISATION, target: await idOfTarget() },
    { attempt, signal: AbortSignal.timeout(5000) },
  );

interface Death {
  readonly doing: Doing;
  readonly moment: 'before' | 'after';
}

/** A process that dies in the middle of an act: what it had begun is never heard of again. Gives whether it came so far. */
async function dieIn({ doing, moment }: Death): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    directory.fault = (now, at) => {
      if (now !== doing || at !== moment) return undefined;
      resolve(true);
      return new Promise<void>(() => undefined);
    };
    carry().then(
      () => resolve(false),
      () => resolve(false),
    );
  });
}

/** One whose lease has ended, and who comes back after another has done its work. */
async function comeLate({ doing, moment }: Death, meanwhile: () => Promise<void>): Promise<void> {
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let first = true;
  let stuck: () => void = () => undefined;
  const isStuck = new Promise<void>((resolve) => {
    stuck = resolve;
  });
  directory.fault = async (now, at) => {
    if (!first || now !== doing || at !== moment) return;
    first = false;
    stuck();
    await held;
  };
  const late = carry().catch(() => undefined);
  await Promise.race([isStuck, late]);
  first = false;
  await meanwhile();
  await carry().catch(() => undefined);
  goOn();
  await late;
}

const death = record({ doing: constantFrom(...DOINGS), moment: constantFrom('before' as const, 'after' as const) });
const life = array(
  record({
    act: constantFrom('order', 'restore', 'die', 'late', 'carry', 'fail'),
    death,
    which: integer({ min: 0, max: 5 }),
  }),
  { minLength: 3, maxLength: 14 },
);

async function play(steps: readonly { act: string; death: Death; which: number }[], open: string[]): Promise<void> {
  for (const { act, death: where, which } of steps) {
    directory.fault = () => undefined;
    if (act === 'order') open.push((await order()).ref);
    const giveBack = async () => {
      const [ref] = open.splice(which % Math.max(open.length, 1), 1);
      if (ref !== undefined) await post(`/${ref}/restoration`, { reason: 'Found.' });
    };
    if (act === 'restore') await giveBack();
    if (act === 'die') await dieIn(where);
    if (act === 'late') await comeLate(where, which % 2 === 0 ? giveBack : async () => undefined);
    if (act === 'carry') await carry().catch(() => undefined);
    if (act === 'fail') {
      directory.fault = (now, at) => {
        if (now === where.doing && at === where.moment) throw new Error('down');
      };
      await carry().catch(() => undefined);
    }
    const proven = (await stepsOf()).filter(({ status }) => status === 'proven');
    expect(proven.length > 0 && directory.access.get(KEY)).toBe(false);
  }
}

async function settle(): Promise<void> {
  directory.fault = () => undefined;
  for (let attempt = 1; attempt < 4; attempt += 1) await carry(attempt).catch(() => undefined);
}

describe('whenever the server dies', () => {
  it('nothing is lost or done twice, nothing is called proven that is not, and all comes back as it was', {
    timeout: 60_000,
  }, async () => {
    await assert(
      asyncProperty(life, constantFrom(true, false), async (steps, allowed) => {
        directory.access.set(KEY, allowed);
        directory.changes.length = 0;
        const open: string[] = [];
        await play(steps, open);
        await settle();
        expect(open.length > 0 && directory.access.get(KEY)).toBe(false);
        for (const ref of open) await post(`/${ref}/restoration`, { reason: 'Found.' });
        await settle();
        expect(directory.access.get(KEY)).toBe(allowed);
        expect(await stepsOf()).toEqual([]);
        expect(directory.changes.slice(0, allowed ? 0 : undefined)).toEqual([]);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 40_000 },
    );
  });
});
