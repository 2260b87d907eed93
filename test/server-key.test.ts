import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DESIRED_STATE_TYPE, signDocument } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAgent } from '../packages/agent/src/agent.ts';
import { loadIdentity } from '../packages/agent/src/identity/identity.ts';
import { devicesOf, holdersOfKeys } from '../packages/server/src/devices/server-keys.ts';
import { loadKeys, type ServerKeys } from '../packages/server/src/keys/keys.ts';
import { forgetKey, prepareKey, rotateKey } from '../packages/server/src/keys/rotate.ts';
import { createWorld, seededRandom, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { putPolicy } from './support/policy.ts';

let world: World;
let council: Council;
let laptop: Laptop;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
  await laptop.cycle();
  await laptop.checkIn();
});
afterEach(async () => {
  laptop.close();
  await council.close();
});

const folder = () => council.settings.keysFolder;
const keys = (): ServerKeys => loadKeys({ folder: folder(), random: seededRandom('none') });
const rotate = () => council.restart(() => rotateKey(folder()));
const holdsTo = () => laptop.running(({ identity }) => identity.serverKey.keyId);
const holders = async (keyId: string | null) => devicesOf(await holdersOfKeys(council.db()), keyId);
const order = (device = laptop.assetTag) =>
  council.ask('POST', `/api/v1/devices/${device}/orders`, {
    kind: 'lock',
    until: null,
    reason: 'lost',
    notice: 'Call ICT.',
    telephone: '01442 228000',
  });
const restrictions = () => laptop.running(({ orders }) => orders.keeper.current()?.restrictions.length ?? 0);
const policy = () => laptop.running(({ policies }) => policies.inForce()?.version);
const stored = () =>
  council
    .db()
    .selectFrom('findings')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
    .then(({ n }) => n);

describe('a server whose key is exchanged for another', () => {
  it('is followed at the next check-in, and commands by the new key from then on', async () => {
    const { keyId: before } = keys();
    await rotate();
    expect(await holdsTo()).toBe(before);
    await laptop.checkIn();
    const { keyId: now, former } = keys();
    expect([await holdsTo(), former.map(({ keyId }) => keyId)]).toEqual([now, [before]]);
    expect(now).not.toBe(before);
    expect((await order()).status).toBe(201);
    await laptop.checkIn();
    expect(await restrictions()).toBe(1);
    expect([await holders(before), await holders(now)]).toEqual([0, 1]);
  });

  it('leaves in force what the key before had signed, also after a restart of the agent', async () => {
    await order();
    await laptop.checkIn();
    const held = await policy();
    await rotate();
    await laptop.checkIn();
    expect([await restrictions(), await policy()]).toEqual([1, held]);
    expect(held).toBeDefined();
  });

  it('loses no finding, and none is taken twice', async () => {
    await laptop.keep(1, 2, 3);
    const before = await stored();
    await rotate();
    await laptop.keep(4);
    await laptop.checkIn();
    await laptop.checkIn();
    expect(await stored()).toBe(before + 4);
  });

  it('is believed in nothing that the former key signs', async () => {
    const former = keys();
    await rotate();
    await laptop.checkIn();
    const { device } = await laptop.running(({ identity }) => identity.enrolment);
    const forged = { device, version: world.time, issuedAt: '2026-11-29T00:00:00.000Z', restrictions: [], oneOffs: [] };
    const taken = await laptop.running(({ orders }) => {
      orders.accept([signDocument(forged, DESIRED_STATE_TYPE, former.signer)]);
      return orders.keeper.current()?.version;
    });
    expect(taken).not.toBe(forged.version);
    // Where the new key is lost to the server, nothing that it says is believed.
    await council.restart(() => rmSync(folder(), { recursive: true }));
    world.time += 1000;
    await laptop.keep(1);
    const before = await stored();
    await laptop.running(({ uplink }) => uplink.once(AbortSignal.timeout(5000)));
    expect(await holdsTo()).not.toBe(keys().keyId);
    expect(await laptop.running(({ outbox }) => outbox.waiting().pending)).toBeGreaterThan(0);
    expect(await stored()).toBe(before + 1);
  });

  it('is followed by a laptop that was off for two of them', async () => {
    await rotate();
    await rotate();
    await laptop.checkIn();
    expect(await holdsTo()).toBe(keys().keyId);
  });

  it('enrols with a token of before, and is followed', async () => {
    const { body } = await council.ask<{ token: string }>('POST', '/api/v1/devices/DBC-1/enrolment-tokens', {});
    const { keyId: before } = keys();
    await rotate();
    await laptop.enrolAgain(body.token);
    expect(await holdsTo()).toBe(before);
    await laptop.checkIn();
    expect(await holdsTo()).toBe(keys().keyId);
  });

  it('is lost to a laptop that knows only a key which it has forgotten', async () => {
    const { keyId: before } = keys();
    await rotate();
    await council.restart(() => expect(forgetKey(folder(), before)).toBe(true));
    await laptop.keep(1);
    await laptop.running(({ uplink }) => uplink.once(AbortSignal.timeout(5000)));
    expect(await holdsTo()).toBe(before);
    expect(await laptop.running(({ outbox }) => outbox.waiting().pending)).toBe(1);
  });
});

describe('of several servers', () => {
  it('one that has the key to come answers who has heard of it from another, and leads nobody back', async () => {
    const { keyId: to } = prepareKey(folder());
    const notYet = join(council.folder, 'not-yet');
    mkdirSync(notYet, { mode: 0o700 });
    cpSync(folder(), notYet, { recursive: true });
    await rotate();
    await laptop.checkIn();
    expect(await holdsTo()).toBe(to);
    await council.restart(() => {
      rmSync(folder(), { recursive: true });
      cpSync(notYet, folder(), { recursive: true });
    });
    expect(keys().keyId).not.toBe(to);
    await order();
    await laptop.checkIn();
    expect([await holdsTo(), await restrictions()]).toEqual([to, 1]);
  });
});

describe('an agent that runs', () => {
  it('goes on by the new key without being started again', async () => {
    const stop = new AbortController();
    await rotate();
    const running = runAgent(laptop.service(), stop.signal);
    const { keyId } = keys();
    await expect.poll(() => loadIdentity(laptop.data)?.serverKey.keyId, { timeout: 20_000 }).toBe(keyId);
    await expect.poll(() => holders(keyId), { timeout: 20_000 }).toBe(1);
    stop.abort();
    await running;
  });
});
