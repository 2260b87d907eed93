import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDeviceKey } from '../packages/agent/src/identity/identity.ts';
import { readWaiting } from '../packages/agent/src/identity/waiting.ts';
import { askToEnrol, type EnrolmentOutcome } from '../packages/agent/src/uplink/enrol.ts';
import type { Transport } from '../packages/agent/src/uplink/transport.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { isOnPostgres } from './support/database.ts';
import { transportTo } from './support/laptop.ts';
import { freePort, type Spawned, spawnNode, until } from './support/processes.ts';

const DAY_MS = 86_400_000;

let world: World;
let council: Council;
let port: number;

beforeAll(async () => {
  world = createWorld();
  port = await freePort();
  council = await createCouncil(world, { environment: { BEADLE_SERVER_ORIGIN: `http://127.0.0.1:${port}` } });
});
afterAll(() => council.close());

/** One server for all: what each test leaves behind is taken away. */
afterEach(async () => {
  for (const table of ['pending_enrolments', 'enrolment_tokens', 'device_keys', 'heads', 'devices'] as const)
    await council.db().deleteFrom(table).execute();
});

interface Laptop {
  readonly key: KeyObject;
  readonly serialNumber: string | null;
}
interface Pending {
  readonly id: string;
  readonly status: string;
  readonly why: string;
  readonly seems: string | null;
}

const laptop = (serialNumber: string | null): Laptop => ({ key: makeDeviceKey(), serialNumber });

const origin = () => `http://127.0.0.1:${port}`;
const inside = () => transportTo({ ...council, server: origin() });

const ask = (token: string, { key, serialNumber }: Laptop, transport: Transport = inside()) =>
  askToEnrol(
    {
      server: origin(),
      token,
      key,
      transport,
      clock: world.clock(),
      about: { serialNumber, platform: 'linux', release: 'test', agentVersion: '0', name: 'LAPTOP' },
    },
    AbortSignal.timeout(5000),
  );

/** `DBC-1 2` where it is enrolled, as its second generation; else how it stands. */
const standing = (outcome: EnrolmentOutcome): string => {
  if (outcome.kind === 'enrolled') return `${outcome.answer.assetTag} ${outcome.answer.generation}`;
  return outcome.kind === 'pending' ? outcome.pending.decision : outcome.kind;
};

const fleetKey = async (uses = 5) =>
  (await council.ask<{ id: string; token: string }>('POST', '/api/v1/enrolment-tokens', { uses, name: 'Image 7' }))
    .body;
const register = (assetTag: string, serialNumber: string) =>
  council.ask('POST', '/api/v1/devices', { assetTag, serialNumber });
const waiting = async () => (await council.ask<{ items: Pending[] }>('GET', '/api/v1/pending-enrolments')).body.items;
const decide = async (what: 'approval' | 'refusal', body: object, index = 0) => {
  const { id } = (await waiting())[index] ?? { id: '' };
  return (await council.ask('POST', `/api/v1/pending-enrolments/${id}/${what}`, body)).status;
};

type Act =
  | { readonly does: 'ask' | 'reimage'; readonly laptop: number }
  | { readonly does: 'approval' | 'refusal'; readonly at: number; readonly tag: number }
  | { readonly does: 'wait'; readonly days: number };

const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('ask' as const), laptop: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('approval' as const), at: fc.nat(2), tag: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('refusal' as const), at: fc.nat(2), tag: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reimage' as const), laptop: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), days: fc.constantFrom(1, 16) }) },
);

/** Three registered devices and five laptops, two of which tell one serial number and one none of the register. */
async function createFleet(round: number) {
  const own = (text: string) => `${text}-${round}`;
  const serialOf: Record<string, string> = {};
  for (const number of [1, 2, 3]) serialOf[own(`DBC-${number}`)] = own(`SN-${number}`);
  for (const [tag, serial] of Object.entries(serialOf)) await register(tag, serial);
  const { token } = await fleetKey(50);
  const laptops = ['SN-1', 'SN-2', 'SN-2', 'SN-7', null].map((serial) => laptop(serial && own(serial)));
  const asking = new Map<string, Laptop>();
  const approved = new Map<string, Laptop>();
  const refused = new Set<Laptop>();
  const generations = new Map<string, number>();
  const violations: string[] = [];

  /** What an enrolment breaks: `before` it, these were waiting. */
  function judge(who: Laptop, assetTag: string, generation: number, before: readonly Pending[]): void {
    const last = generations.get(assetTag) ?? 0;
    const isApproved = approved.get(assetTag) === who;
    const isItsOwn = serialOf[assetTag] === who.serialNumber;
    // The same generation is its own answer again.
    if (generation !== last && generation !== last + 1) violations.push(`${assetTag} jumped to ${generation}`);
    if (generation > last && last > 0 && !isApproved) violations.push(`${assetTag} was taken over`);
    if (generation > last && last === 0 && !isApproved && !isItsOwn) violations.push(`${assetTag} is another`);
    if (refused.has(who) && before.some(({ id }) => asking.get(id) === who)) violations.push('one was refused');
    generations.set(assetTag, generation);
  }

  async function decides({ does, at, tag }: Extract<Act, { at: number }>): Promise<void> {
    const target = (await waiting())[at];
    const assetTag = own(`DBC-${tag + 1}`);
    const body = does === 'approval' ? { assetTag } : { reason: 'No.' };
    const { status } = await council.ask('POST', `/api/v1/pending-enrolments/${target?.id}/${does}`, body);
    const who = asking.get(target?.id ?? '');
    if (status >= 300 || who === undefined) return;
    if (does === 'approval') approved.set(assetTag, who);
    else refused.add(who);
  }

  async function asks(who: Laptop): Promise<void> {
    const before = await waiting();
    const outcome = await ask(token, who);
    const known = new Set(before.map(({ id }) => id));
    for (const { id } of await waiting()) if (!known.has(id)) asking.set(id, who);
    if (outcome.kind === 'enrolled') judge(who, outcome.answer.assetTag, outcome.answer.generation, before);
  }

  return {
    violations,
    async does(act: Act): Promise<void> {
      if (act.does === 'wait') world.pass(act.days * DAY_MS);
      else if ('at' in act) await decides(act);
      else if (act.does === 'reimage') laptops[act.laptop] = laptop(laptops[act.laptop]?.serialNumber ?? null);
      else await asks(laptops[act.laptop] ?? laptop(null));
    },
  };
}

describe('a laptop that comes with a fleet key', () => {
  it('is enrolled at once where it is registered and was never enrolled, whatever the case of its serial number', async () => {
    await register('DBC-1', 'PF3ABC1');
    const { token } = await fleetKey();
    expect(standing(await ask(token, laptop('pf3abc1')))).toBe('DBC-1 1');
    expect(await waiting()).toEqual([]);
  });

  it('waits for ICT otherwise, and is told no more than that', async () => {
    await register('DBC-1', 'SN-1');
    await register('DBC-2', 'SN-2');
    await register('DBC-3', 'SN-2');
    const { token } = await fleetKey();
    await ask(token, laptop('SN-1'));
    const asked = ['SN-1', 'SN-2', 'SN-9', 'To be filled by O.E.M.', null].map((serial) => ask(token, laptop(serial)));
    const outcomes = await Promise.all(asked);
    const told = outcomes.map((outcome) => (outcome.kind === 'pending' ? outcome.pending : undefined));
    expect(new Set(told.map((one) => JSON.stringify([one?.decision, one?.detail, one?.retryAfterSeconds]))).size).toBe(
      1,
    );
    expect(told[0]).toMatchObject({ decision: 'waiting', retryAfterSeconds: 300 });
    const listed = (await waiting()).map(({ why, seems }) => `${why} ${seems}`).toSorted();
    expect(listed).toEqual([
      'enrolled-already DBC-1',
      'serial-shared null',
      'serial-unknown null',
      'serial-unusable null',
      'serial-unusable null',
    ]);
  });

  it('is enrolled once ICT has said which device it is, or has registered it', async () => {
    const { token } = await fleetKey();
    const [one, other, third] = [laptop(null), laptop('SN-8'), laptop('SN-9')];
    await ask(token, one);
    await register('DBC-1', 'SN-1');
    expect(await decide('approval', { assetTag: 'DBC-1' })).toBe(200);
    expect(standing(await ask(token, one))).toBe('DBC-1 1');
    await ask(token, other);
    expect(await decide('approval', { register: { assetTag: 'DBC-8' } })).toBe(200);
    expect(standing(await ask(token, other))).toBe('DBC-8 1');
    const { body } = await council.ask('GET', '/api/v1/devices/DBC-8');
    expect(body).toMatchObject({ serialNumber: 'SN-8' });
    await ask(token, third);
    await register('DBC-9', 'SN-9');
    expect(standing(await ask(token, third))).toBe('DBC-9 1');
    expect(await waiting()).toEqual([]);
  });

  it('that was re-imaged becomes a new generation of its device by approval alone, and its key before ends', async () => {
    await register('DBC-1', 'SN-1');
    const { token } = await fleetKey();
    await ask(token, laptop('SN-1'));
    const again = laptop('SN-1');
    expect(standing(await ask(token, again))).toBe('waiting');
    const keys = () =>
      council.db().selectFrom('device_keys').select(['generation', 'revoked_at']).orderBy('generation').execute();
    expect(await keys()).toEqual([{ generation: 1, revoked_at: null }]);
    await decide('approval', { assetTag: 'DBC-1' });
    expect(standing(await ask(token, again))).toBe('DBC-1 2');
    expect((await keys()).map(({ revoked_at }) => revoked_at !== null)).toEqual([true, false]);
    const { body } = await council.ask<{ items: unknown[] }>('GET', '/api/v1/devices');
    expect(body.items).toHaveLength(1);
  });

  it('is not enrolled by an approval where the device was enrolled by another way since', async () => {
    await register('DBC-1', 'SN-1');
    const { token } = await fleetKey();
    const thief = laptop('SN-9');
    await ask(token, thief);
    await decide('approval', { assetTag: 'DBC-1' });
    await ask(token, laptop('SN-1'));
    expect(standing(await ask(token, thief))).toBe('waiting');
    expect(await waiting()).toMatchObject([{ status: 'waiting' }]);
  });

  it('waits again where ICT has approved another as its device since: a device is one laptop', async () => {
    await register('DBC-1', 'SN-1');
    const { token } = await fleetKey();
    const [wrong, right] = [laptop('SN-8'), laptop('SN-9')];
    await ask(token, wrong);
    world.pass(1);
    await ask(token, right);
    await decide('approval', { assetTag: 'DBC-1' }, 0);
    await decide('approval', { assetTag: 'DBC-1' }, 1);
    expect(standing(await ask(token, wrong))).toBe('waiting');
    expect(standing(await ask(token, right))).toBe('DBC-1 1');
  });

  it('is told why ICT refused it, and asks again no sooner than in a day', async () => {
    const { token } = await fleetKey();
    const refused = laptop('SN-9');
    await ask(token, refused);
    expect(await decide('refusal', { reason: 'It is not ours.' })).toBe(204);
    const outcome = await ask(token, refused);
    expect(outcome).toMatchObject({
      kind: 'pending',
      pending: { decision: 'refused', detail: expect.stringContaining('It is not ours.'), retryAfterSeconds: 86_400 },
    });
    expect(await decide('approval', { register: { assetTag: 'DBC-9' } })).toBe(409);
  });

  it('hears its answer again where that was lost, and is enrolled once', async () => {
    await register('DBC-1', 'SN-1');
    const { token } = await fleetKey(1);
    const one = laptop('SN-1');
    const through = inside();
    const lossy: Transport = {
      ...through,
      async send(request, signal) {
        await through.send(request, signal);
        throw new Error('the answer was lost');
      },
    };
    await expect(ask(token, one, lossy)).rejects.toThrow('lost');
    expect(standing(await ask(token, one))).toBe('DBC-1 1');
    expect(standing(await ask(token, laptop('SN-1')))).toBe('refused');
  });

  it('is forgotten after 30 days, and no more wait with one key than may', async () => {
    const { token, id } = await fleetKey();
    await ask(token, laptop('SN-9'));
    const row = await council.db().selectFrom('pending_enrolments').selectAll().executeTakeFirstOrThrow();
    const more = Array.from({ length: 199 }, (_, n) => ({ ...row, id: `${row.id}${n}`, key_id: `key-${n}` }));
    await council.db().insertInto('pending_enrolments').values(more).execute();
    const outcome = await ask(token, laptop('SN-8'));
    expect(outcome).toMatchObject({ kind: 'refused', status: 503, retryAfterSeconds: 3600 });
    world.pass(30 * DAY_MS);
    expect(await waiting()).toEqual([]);
    const other = await fleetKey();
    expect(standing(await ask(other.token, laptop('SN-8')))).toBe('waiting');
    expect(other.id).not.toBe(id);
  });
});

describe('a fleet key', () => {
  it('is listed without its secret, and ends at once with all that waits by it', async () => {
    await register('DBC-1', 'SN-1');
    const { token, id } = await fleetKey();
    const other = laptop('SN-9');
    await ask(token, other);
    await decide('approval', { assetTag: 'DBC-1' });
    const listed = await council.ask<{ items: object[] }>('GET', '/api/v1/enrolment-tokens');
    expect(listed.body.items).toMatchObject([{ id, name: 'Image 7', state: 'live', uses: 5, usesLeft: 5 }]);
    expect(JSON.stringify(listed.body)).not.toContain(token.split('.')[2]);
    const revoke = () => council.ask('POST', `/api/v1/enrolment-tokens/${id}/revocation`, { reason: 'It leaked.' });
    expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 404]);
    expect(standing(await ask(token, other))).toBe('refused');
    expect(standing(await ask(token, laptop('SN-1')))).toBe('refused');
    expect(await waiting()).toEqual([]);
    const acts = await council.db().selectFrom('audit').select('action').orderBy('sequence').execute();
    expect(acts.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['enrolment-waiting', 'enrolment-approved', 'fleet-key-revoked']),
    );
  });

  it('leads to no enrolled device and to no refused laptop, whatever is asked in whatever order', async () => {
    let round = 0;
    const broken = fc.asyncProperty(fc.array(anAct, { minLength: 6, maxLength: 24 }), async (acts) => {
      round += 1;
      await council.db().deleteFrom('pending_enrolments').execute();
      const fleet = await createFleet(round);
      for (const one of acts) await fleet.does(one);
      expect(fleet.violations).toEqual([]);
    });
    await fc.assert(broken, { numRuns: isOnPostgres() ? 4 : 12 });
  });
});

/** The real agent, as the council's tool installs it, on this machine; its database is of no interest. */
describe.skipIf(isOnPostgres())('the agent of an image', () => {
  let folder: string;
  let agent: Spawned | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-image-'));
    await council.app().listen({ host: '127.0.0.1', port });
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    await agent?.ended;
    rmSync(folder, { recursive: true });
  });

  const file = () => join(folder, 'enrolment');
  const install = (token: string) => writeFileSync(file(), `server=${origin()}\ntoken=${token}\n`, { mode: 0o600 });
  const start = () => {
    agent = spawnNode(['packages/agent/src/main.ts', 'run', '--data', folder, '--enrolment', file()]);
  };

  it('waits quietly, is enrolled when ICT approves it, and leaves no key on the disk', async () => {
    const { token } = await fleetKey();
    install(token);
    start();
    await until('its note', () => readWaiting(folder)?.state === 'waiting');
    expect(await waiting()).toMatchObject([{ status: 'waiting', seems: null }]);
    expect(existsSync(file())).toBe(true);
    await decide('approval', { register: { assetTag: 'DBC-1' } });
    agent?.child.kill('SIGKILL');
    await agent?.ended;
    start();
    const contact = async () =>
      (await council.ask<{ lastContact: string | null }>('GET', '/api/v1/devices/DBC-1')).body.lastContact;
    await until('its check-in', async () => (await contact()) !== null);
    expect([existsSync(file()), readWaiting(folder)]).toEqual([false, undefined]);
  });
});
