import { known } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breachesOf } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

let world: World;
let council: Council;
let laptop: Laptop;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
});

afterEach(async () => {
  laptop.close();
  await council.close();
});

const encryption = async () => (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'laptop-encryption');

async function report(): Promise<void> {
  await laptop.cycle();
  await laptop.checkIn();
  await council.app().jobs.runDue();
}

describe('a laptop that is not encrypted', () => {
  beforeEach(async () => {
    await putPolicy(council);
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    laptop.show('off');
    await report();
  });

  it('is one open breach with a reference, a mail to the officer and a report', async () => {
    expect(await encryption()).toMatchObject([
      { ref: 'BR-2026-000001', subject: '/', status: 'suspected', severity: 'critical', count: 1 },
    ]);
    const [mail = ''] = council.mail();
    expect(mail).toContain('BR-2026-000001');
    expect(mail).toContain('information-security-team-leader@localhost');
    const { status, body } = await council.ask<{ ref: string }>(
      'GET',
      '/api/v1/breaches/BR-2026-000001/report?format=json',
    );
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('Laptops must be encrypted and routinely checked.');
  });

  it('stays one breach and one mail however often it is seen, and says nothing again while nothing changes', async () => {
    for (let cycle = 0; cycle < 3; cycle += 1) {
      world.pass(900_000);
      await report();
    }
    expect(await encryption()).toMatchObject([{ count: 1 }]);
    expect(council.mail()).toHaveLength(1);
    const { body } = await council.ask<{ items: unknown[] }>(
      'GET',
      '/api/v1/findings?device=DBC-1&check=disk-encryption',
    );
    expect(body.items).toHaveLength(1);
  });

  it('is restored when it complies, and comes back as the same breach when it fails again soon', async () => {
    laptop.show('on');
    world.pass(3_600_000);
    await report();
    expect(await encryption()).toMatchObject([{ status: 'restored' }]);
    laptop.show('off');
    world.pass(3_600_000);
    await report();
    expect(await encryption()).toMatchObject([{ ref: 'BR-2026-000001', status: 'suspected', count: 2 }]);
    laptop.show('on');
    await report();
    world.pass(30 * 86_400_000);
    laptop.show('off');
    await report();
    expect((await encryption()).map(({ ref }) => ref)).toEqual(['BR-2026-000002', 'BR-2026-000001']);
  });

  it('neither passes nor is restored where the device cannot tell any more', async () => {
    laptop.machine.observations.set('disk-encryption', {
      facts: known({ volumes: { unknown: 'access-denied' } }),
      events: [],
    });
    await report();
    expect(await encryption()).toMatchObject([{ status: 'suspected' }]);
    const { body } = await council.ask<{ verdicts: Record<string, number> }>('GET', '/api/v1/devices/DBC-1');
    expect(body.verdicts).toMatchObject({ fail: 0, unknown: 2 });
  });

  it('is acknowledged and closed by a person, who is on record', async () => {
    const acknowledged = await council.ask('POST', '/api/v1/breaches/BR-2026-000001/acknowledgement');
    expect(acknowledged.status).toBe(200);
    await council.ask('POST', '/api/v1/breaches/BR-2026-000001/closure', {
      reason: 'The laptop has been encrypted by hand.',
    });
    expect(await encryption()).toMatchObject([{ status: 'closed' }]);
    const { body } = await council.ask<{ items: { action: string }[] }>('GET', '/api/v1/audit');
    expect(body.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['breach-acknowledged', 'breach-closed', 'device-enrolled']),
    );
  });

  it('is stated anew where the server has lost a state, without counting twice', async () => {
    await council.db().updateTable('states').set({ verdict: 'pass' }).where('rule', '=', 'laptop-encryption').execute();
    await laptop.checkIn();
    const states = await council
      .db()
      .selectFrom('states')
      .select(['rule', 'subject', 'verdict'])
      .where('rule', '=', 'laptop-encryption')
      .execute();
    expect(states).toEqual([{ rule: 'laptop-encryption', subject: '/', verdict: 'fail' }]);
    expect(await encryption()).toMatchObject([{ count: 1, status: 'suspected' }]);
  });
});

describe('a rule that only observes', () => {
  it('is counted and shown, and makes no breach and no mail until a version says report', async () => {
    await putPolicy(council, policyYaml('1', 'observe'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    laptop.show('off');
    await report();
    expect(await encryption()).toEqual([]);
    expect(council.mail()).toEqual([]);
    await putPolicy(council, policyYaml('2', 'report'));
    await laptop.checkIn();
    await report();
    expect(await encryption()).toHaveLength(1);
  });
});

describe('a rule with a grace', () => {
  it('becomes a breach when the grace has ended and the device still fails, not before', async () => {
    await putPolicy(council, policyYaml('1', 'report').replace('mode: report', 'mode: report\n    grace: P2D'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    laptop.show('off');
    await report();
    world.pass(86_400_000);
    await council.app().jobs.runDue();
    expect(await encryption()).toEqual([]);
    world.pass(86_400_001);
    await council.app().jobs.runDue();
    expect(await encryption()).toHaveLength(1);
  });

  it('becomes none where the device complied within it', async () => {
    await putPolicy(council, policyYaml('1', 'report').replace('mode: report', 'mode: report\n    grace: P2D'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    laptop.show('off');
    await report();
    laptop.show('on');
    await report();
    world.pass(3 * 86_400_000);
    await council.app().jobs.runDue();
    expect(await encryption()).toEqual([]);
  });
});

describe("what is ICT's to mend and can wait", () => {
  it('reaches the officer in one message', async () => {
    await putPolicy(council, policyYaml('1').replace('severity: critical', 'severity: medium'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    const other = await createLaptop({ council, world, assetTag: 'DBC-2' });
    for (const device of [laptop, other]) {
      device.show('off');
      await device.cycle();
      await device.checkIn();
    }
    await council.app().jobs.runDue();
    expect(council.mail()).toEqual([]);
    world.pass(16 * 60_000);
    await council.app().jobs.runDue();
    other.close();
    expect(council.mail()).toHaveLength(1);
    expect(council.mail()[0]).toContain('CL-2026-000001: 2 problems of section 5.9 on DBC-1, DBC-2');
  });

  it('is told once where it ends and comes back before its message was due', async () => {
    await putPolicy(council, policyYaml('1').replace('severity: critical', 'severity: medium'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1' });
    for (const state of ['off', 'on'] as const) {
      laptop.show(state);
      await report();
    }
    world.pass(16 * 60_000);
    await council.app().jobs.runDue();
    expect(council.mail()).toEqual([]);
    laptop.show('off');
    await report();
    world.pass(16 * 60_000);
    await council.app().jobs.runDue();
    expect(council.mail()).toHaveLength(1);
  });
});

describe('a device whose clock is ahead', () => {
  it('puts no breach off by as much', async () => {
    await putPolicy(council, policyYaml('1', 'report').replace('mode: report', 'mode: report\n    grace: P2D'));
    laptop = await createLaptop({ council, world, assetTag: 'DBC-1', skew: 20 * 86_400_000 });
    laptop.show('off');
    await laptop.cycle();
    await laptop.checkIn();
    world.pass(2 * 86_400_000 + 1);
    await council.app().jobs.runDue();
    expect(await encryption()).toMatchObject([{ count: 1 }]);
  });
});
