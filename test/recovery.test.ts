import { appendFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAudit } from '../packages/server/src/audit/verify.ts';
import { skipReferences } from '../packages/server/src/breaches/references.ts';
import { inTransaction } from '../packages/server/src/db/transaction.ts';
import { ORGANISATION } from '../packages/server/src/organisation/store.ts';
import { arrived, breachesOf } from './support/arrived.ts';
import type { Transport, TransportRequest } from '../packages/agent/src/uplink/transport.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop, transportTo } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

let world: World;
let council: Council;
let laptop: Laptop;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council);
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
});

afterEach(async () => {
  laptop.close();
  await council.close();
});

const removeStore = () => {
  for (const name of readdirSync(laptop.data).filter((file) => file.startsWith('outbox.db')))
    rmSync(join(laptop.data, name));
};

const chainBreach = async () => (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'agent-health');

describe('a device that lost its store of findings', () => {
  it('reports again within one check-in, and the break is a breach that says so', async () => {
    await laptop.keep(1, 2, 3);
    await laptop.checkIn();
    removeStore();
    await laptop.keep(4, 5);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toMatchObject({
      numbers: [1, 2, 3, 4, 5],
      chainIntact: true,
      gaps: [{ cause: 'outbox-lost', from: 4, to: 4 }],
    });
    expect(await chainBreach()).toMatchObject([{ subject: 'chain', status: 'suspected', count: 1 }]);
  });

  it('says so even where the server had nothing of it yet', async () => {
    await laptop.keep(1);
    removeStore();
    await laptop.keep(2);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toMatchObject({ numbers: [2], chainIntact: true, gaps: [{ cause: 'outbox-lost' }] });
  });
});

describe('a device whose store of findings is damaged', () => {
  it.each([
    [
      'overwritten from the start',
      (path: string) => writeFileSync(path, 'this is no database, and never was one'.repeat(200)),
    ],
    ['cut off', (path: string) => truncateSync(path, 5000)],
    [
      'empty of sense',
      (path: string) => {
        truncateSync(path, 0);
        appendFileSync(path, Buffer.alloc(8192, 7));
      },
    ],
  ])('sets it aside where it is %s, begins a new one and reports the break', async (_how, damage) => {
    await laptop.keep(1, 2, 3);
    await laptop.checkIn();
    rmSync(join(laptop.data, 'outbox.db-wal'), { force: true });
    damage(join(laptop.data, 'outbox.db'));
    await laptop.keep(4);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toMatchObject({ numbers: [1, 2, 3, 4], chainIntact: true, gaps: [{ cause: 'outbox-corrupt' }] });
    expect(await chainBreach()).toHaveLength(1);
    expect(readdirSync(laptop.data).some((name) => name.includes('.damaged-'))).toBe(true);
  });
});

describe('a server that was restored from an older copy', () => {
  it('is sent again what it no longer has, and the break is a breach', async () => {
    await laptop.keep(1, 2);
    await laptop.checkIn();
    await council.copy('older');
    await laptop.keep(3, 4, 5);
    await laptop.checkIn();
    await council.restore('older');
    await laptop.keep(6);
    await laptop.checkIn();
    await laptop.cycle();
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6], chainIntact: true, gaps: [] });
    expect(await chainBreach()).toHaveLength(1);
  });

  it('is told of the gap where the device no longer keeps what is missing', async () => {
    await laptop.keep(1, 2);
    await laptop.checkIn();
    await council.copy('older');
    await laptop.keep(3, 4, 5);
    await laptop.checkIn();
    world.pass(40 * 86_400_000);
    await laptop.keep(6);
    await laptop.checkIn();
    await council.restore('older');
    await laptop.keep(7);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found.chainIntact).toBe(true);
    expect(found.numbers).toEqual([1, 2, 6, 7]);
    expect(found.gaps).toMatchObject([{ cause: 'server-restored', from: 3, to: 5 }]);
  });
});

describe('a server that was restored from before the register was changed', () => {
  it('still gives the device each newer policy', async () => {
    await council.copy('older');
    world.pass(60_000);
    await council.ask('PATCH', '/api/v1/devices/DBC-1', { holder: 'A. Person' });
    await laptop.checkIn();
    await council.restore('older');
    await putPolicy(council, policyYaml('2'));
    await laptop.checkIn();
    expect(await laptop.running(({ policies }) => policies.inForce()?.version)).toBe('2');
  });

  it('corrects a device whose document it no longer knows of, also after a message from before that', async () => {
    const real = transportTo(council);
    const late: TransportRequest[] = [];
    let isHeldUp = false;
    const transport: Transport = {
      ...real,
      send: async (request, signal) => {
        if (!isHeldUp) return real.send(request, signal);
        late.push(request);
        throw new Error('no answer');
      },
    };
    const other = await createLaptop({ council, world, assetTag: 'DBC-2', transport });
    await council.copy('older');
    isHeldUp = true;
    await other.checkIn();
    isHeldUp = false;
    await putPolicy(council, policyYaml('2'));
    await other.checkIn();
    world.pass(60_000);
    await council.restore('older');
    await putPolicy(council, policyYaml('3'));
    for (const request of late)
      expect(await real.send(request, AbortSignal.timeout(5000))).toMatchObject({ status: 200 });
    await other.checkIn();
    expect(await other.running(({ policies }) => policies.inForce()?.version)).toBe('3');
    other.close();
  });

  it('gives no reference twice after some were skipped', async () => {
    const report = async () => {
      const said = { title: 'A laptop is lost', description: 'It was left on a train.' };
      return (await council.ask<{ ref: string }>('POST', '/api/v1/breaches', said)).body.ref;
    };
    await council.copy('older');
    expect(await report()).toBe('BR-2026-000001');
    await council.restore('older');
    const skip = { organisation: ORGANISATION, at: world.time, actor: 'cli:test' };
    expect(await inTransaction(council.db(), (tx) => skipReferences(tx, skip))).toEqual([
      'BR-2026-001001',
      'CL-2026-001001',
      'AU-2026-001001',
      'IN-2026-001001',
      'HD-2026-001001',
      'LH-2026-001001',
      'DP-2026-001001',
      'WD-2026-001001',
      'EX-2026-001001',
    ]);
    expect(await report()).toBe('BR-2026-001001');
    expect(await inTransaction(council.db(), (tx) => skipReferences(tx, skip))).toEqual([
      'BR-2026-002002',
      'CL-2026-002001',
      'AU-2026-002001',
      'IN-2026-002001',
      'HD-2026-002001',
      'LH-2026-002001',
      'DP-2026-002001',
      'WD-2026-002001',
      'EX-2026-002001',
    ]);
    expect(await verifyAudit(council.db(), ORGANISATION)).toMatchObject({ intact: true });
  });
});

describe("a device's folder that was restored from an older copy", () => {
  it('sends what only it has, nothing twice, and the break is a breach', async () => {
    await laptop.keep(1, 2);
    await laptop.checkIn();
    await laptop.keep(3, 4);
    laptop.copy('older');
    await laptop.checkIn();
    await laptop.keep(5, 6);
    await laptop.checkIn();
    laptop.restore('older');
    await laptop.keep(7, 8);
    await laptop.checkIn();
    const found = await arrived(council, 'DBC-1');
    expect(found).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6, 7, 8], chainIntact: true });
    expect(found.gaps).toMatchObject([{ cause: 'restored-from-older-copy' }]);
    expect(await chainBreach()).toHaveLength(1);
  });
});

describe('an answer that never arrived', () => {
  it('makes the device send again, and the server take nothing twice', async () => {
    await laptop.keep(1, 2, 3);
    laptop.copy('before');
    await laptop.checkIn();
    laptop.restore('before');
    await laptop.checkIn();
    expect(await arrived(council, 'DBC-1')).toMatchObject({ numbers: [1, 2, 3], gaps: [], chainIntact: true });
  });
});

describe('a device that is enrolled again', () => {
  it('goes on as a new generation with what it had not sent, and its old key is worth nothing', async () => {
    await laptop.keep(1, 2);
    await laptop.checkIn();
    await laptop.keep(3);
    await laptop.enrolAgain();
    await laptop.keep(4);
    await laptop.checkIn();
    expect(await arrived(council, 'DBC-1')).toMatchObject({ numbers: [3, 4], gaps: [], chainIntact: true });
    const { body } = await council.ask<{ generation: number }>('GET', '/api/v1/devices/DBC-1');
    expect(body.generation).toBe(2);
  });
});
