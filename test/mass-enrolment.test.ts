import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDeviceKey } from '../packages/agent/src/identity/identity.ts';
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
    const [tags, serials] = [
      ['DBC-1', 'DBC-2', 'DBC-3'],
      ['SN-1', 'SN-2', 'SN-2', 'SN-7', null],
    ] as const;
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('ask' as const), laptop: fc.nat(4) }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('approval' as const), at: fc.nat(2), tag: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('refusal' as const), at: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('reimage' as const), laptop: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), days: fc.constantFrom(1, 16) }) },
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 24 }), async (acts) => {
        round += 1;
        const own = (text: string) => `${text}-${round}`;
        for (const [index, tag] of tags.entries()) await register(own(tag), own(`SN-${index + 1}`));
        const { token } = await fleetKey(50);
        const laptops = serials.map((serial) => laptop(serial === null ? null : own(serial)));
        const approved = new Map<string, Laptop>();
        const refused = new Set<Laptop>();
        const generations = new Map<string, number>();
        const asking = new Map<string, Laptop>();
        await council.db().deleteFrom('pending_enrolments').execute();
        for (const one of acts) {
          if (one.does === 'wait') world.pass(one.days * DAY_MS);
          if (one.does === 'reimage') laptops[one.laptop] = laptop(laptops[one.laptop]?.serialNumber ?? null);
          const pending = await waiting();
          if (one.does === 'approval' || one.does === 'refusal') {
            const target = pending[one.at];
            const tag = own(tags['tag' in one ? one.tag : 0] ?? '');
            const body = one.does === 'approval' ? { assetTag: tag } : { reason: 'No.' };
            const url = `/api/v1/pending-enrolments/${target?.id}/${one.does}`;
            const { status } = await council.ask('POST', url, body);
            const whose = asking.get(target?.id ?? '');
            if (status < 300 && whose !== undefined && one.does === 'approval') approved.set(tag, whose);
            if (status < 300 && whose !== undefined && one.does === 'refusal') refused.add(whose);
          }
          if (one.does !== 'ask') continue;
          const who = laptops[one.laptop];
          if (who === undefined) continue;
          const outcome = await ask(token, who);
          for (const { id } of await waiting()) if (!pending.some((before) => before.id === id)) asking.set(id, who);
          if (outcome.kind !== 'enrolled') continue;
          const { assetTag, generation } = outcome.answer;
          const before = generations.get(assetTag) ?? 0;
          // Its own answer, again; else the next generation, which is the first, or was approved for this very laptop.
          expect([before, before + 1]).toContain(generation);
          if (generation > before && before > 0) expect(approved.get(assetTag)).toBe(who);
          if (generation === 1 && approved.get(assetTag) !== who)
            expect(who.serialNumber).toBe(own(`SN-${tags.findIndex((tag) => own(tag) === assetTag) + 1}`));
          if (refused.has(who)) expect(pending.some(({ id }) => asking.get(id) === who)).toBe(false);
          generations.set(assetTag, generation);
        }
      }),
      { numRuns: isOnPostgres() ? 4 : 12 },
    );
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

  const keyFile = () => join(folder, 'fleet-key');
  const environment = () => ({ BEADLE_AGENT_SETTINGS: join(folder, 'settings.json') });
  const install = (token: string) => {
    writeFileSync(keyFile(), `${token}\n`, { mode: 0o600 });
    const settings = { server: origin(), fleetKeyFile: keyFile() };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings), { mode: 0o644 });
  };
  const start = (data: string) => {
    agent = spawnNode(['packages/agent/src/main.ts', 'run', '--data', join(folder, data)], environment());
  };
  const restart = async (data: string) => {
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    start(data);
  };
  const status = async (data: string) => {
    const told = spawnNode(['packages/agent/src/main.ts', 'status', '--json', '--data', join(folder, data)]);
    await told.ended;
    return JSON.parse(told.output().stdout) as {
      enrolled: boolean;
      generation?: number;
      enrolment?: { state: string };
    };
  };

  it('waits quietly, is enrolled when ICT approves it, and once re-imaged is the same device', async () => {
    const { token } = await fleetKey();
    install(token);
    start('first');
    await until('its question', async () => (await waiting()).length > 0);
    expect(await waiting()).toMatchObject([{ status: 'waiting', seems: null }]);
    await until('its note', () => existsSync(join(folder, 'first/identity/waiting.json')));
    expect(await status('first')).toMatchObject({ enrolled: false, enrolment: { state: 'waiting' } });
    await decide('approval', { register: { assetTag: 'DBC-1' } });
    await restart('first');
    const contact = async () =>
      (await council.ask<{ lastContact: string | null }>('GET', '/api/v1/devices/DBC-1')).body.lastContact;
    await until('its check-in', async () => (await contact()) !== null);
    expect(existsSync(keyFile())).toBe(false);
    expect(await status('first')).toMatchObject({ enrolled: true, generation: 1 });

    install(token);
    await restart('second');
    await until('its question', async () => (await waiting()).length > 0);
    await decide('approval', { assetTag: 'DBC-1' });
    await restart('second');
    await until('its second enrolment', () => existsSync(join(folder, 'second/identity/enrolment.json')));
    expect(await status('second')).toMatchObject({ enrolled: true, generation: 2 });
    const { body } = await council.ask<{ items: unknown[] }>('GET', '/api/v1/devices');
    expect(body.items).toHaveLength(1);
  });
});
