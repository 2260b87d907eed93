import { known, type Observation } from '@beadle/shared';
import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorisationsHeld } from '../packages/agent/src/cli/authorisations-in-words.ts';
import { breachesOf } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;

const RULES = `    exemptions: [{ kind: ict-build, approver: ict-administrator, maximum: P5D }]
  - id: memory-sticks
    clause: "5.9"
    says: No sticks.
    check: removable-media
    require: { allow: none }
    severity: high
    mode: report
    duty: holder
    exemptions: [{ kind: emergency-plan-stick, approver: information-security-team-leader, maximum: P1Y }]
`;

const stick = (serial: string, encrypted = true) => ({
  subject: serial,
  serial,
  kind: 'storage',
  model: null,
  bytes: null,
  encrypted: known(encrypted),
});
const holding = (...present: object[]): Observation => ({ facts: known({ present: known(present) }), events: [] });

let world: World;
let council: Council;
let laptop: Laptop;

beforeEach(async () => {
  world = createWorld();
  council = await createCouncil(world);
  await putPolicy(council, policyYaml('1', 'report', RULES));
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1', checks: ['removable-media'] });
  await council.ask('PATCH', '/api/v1/devices/DBC-1', { holder: 'Sam Rivers', population: 'employee' });
  laptop.machine.observations.set('removable-media', holding());
  await report();
});

afterEach(async () => {
  laptop.close();
  await council.close();
});

async function report(): Promise<void> {
  await laptop.cycle();
  await laptop.checkIn();
  await council.app().jobs.runDue();
}

/** A request by somebody of a role under their name. */
async function by(role: string, name: string, url: string, payload: object) {
  const { body } = await council.ask<{ token: string }>('POST', '/api/v1/tokens', { role, name });
  const options: InjectOptions = { method: 'POST', url, payload, headers: { authorization: `Bearer ${body.token}` } };
  const response = await council.app().inject(options);
  return { status: response.statusCode, body: response.json<{ ref: string; status: string }>() };
}

const at = (milliseconds: number): string => new Date(world.time + milliseconds).toISOString();

async function authorised(given: object, [role, name]: readonly [string, string]): Promise<string> {
  const asked = await by('worker', 'Sam Rivers', '/api/v1/authorisations', {
    kind: 'emergency-plan-stick',
    subject: { person: 'Sam Rivers' },
    scope: { sticks: ['S1'], encryptedOnly: true },
    purpose: 'The Emergency Plan.',
    risks: 'It can be lost.',
    accepted: true,
    validFrom: at(0),
    validTo: at(3 * DAY_MS),
    ...given,
  });
  expect(asked).toMatchObject({ status: 201 });
  const { ref } = asked.body;
  expect(await by(role, name, `/api/v1/authorisations/${ref}/approval`, {})).toMatchObject({ status: 200 });
  return ref;
}
const officer = ['information-security-team-leader', 'Ann Officer'] as const;
const ict = ['ict-administrator', 'Ivy Desk'] as const;

/** Plugs in what is given, and takes it out again; the verdicts of its arrival, as they stand in the outbox. */
async function plugIn(device: Laptop, ...present: object[]) {
  const before = await device.running(({ sql }) => lastSequence(sql));
  device.machine.observations.set('removable-media', holding(...present));
  await device.cycle();
  device.machine.observations.set('removable-media', holding());
  await device.cycle();
  return device.running(({ sql }) =>
    sql
      .prepare<[number], { body: Uint8Array }>('select body from outbox where sequence > ? order by sequence')
      .all(before)
      .map(({ body }) => JSON.parse(Buffer.from(body).toString()) as Told)
      .filter(({ kind, rule }) => kind === 'event' && rule === 'memory-sticks')
      .map(({ verdict, observed }) => [verdict, observed.authorisation]),
  );
}
type Told = { rule: string; kind: string; verdict: string; observed: { authorisation?: string } };
type Sql = Parameters<typeof authorisationsHeld>[1];
const lastSequence = (sql: Sql): number =>
  sql.prepare<[], { last: number | null }>('select max(sequence) as last from outbox').get()?.last ?? 0;

describe('a stick', () => {
  it('that nobody has authorised is a breach', async () => {
    expect(await plugIn(laptop, stick('S1'))).toEqual([['fail', undefined]]);
    await laptop.checkIn();
    expect(await breachesOf(council, 'DBC-1')).toMatchObject([{ rule: 'memory-sticks' }]);
  });

  it('that is authorised is exempt; another one is not, nor the same one not encrypted', async () => {
    const ref = await authorised({}, officer);
    await laptop.checkIn();
    expect(await plugIn(laptop, stick('S1'))).toEqual([['exempt', ref]]);
    expect(await plugIn(laptop, stick('S2'))).toEqual([['fail', undefined]]);
    world.pass(DAY_MS);
    expect(await plugIn(laptop, stick('S1', false))).toEqual([['fail', undefined]]);
  });

  it('fails one second after the end on a device that has heard from nobody, and is exempt one second before', async () => {
    const ref = await authorised({ scope: { sticks: ['S1', 'S2'] } }, officer);
    await laptop.checkIn();
    world.pass(3 * DAY_MS - SECOND_MS);
    expect(await plugIn(laptop, stick('S1'))).toEqual([['exempt', ref]]);
    world.pass(2 * SECOND_MS);
    expect(await plugIn(laptop, stick('S2'))).toEqual([['fail', undefined]]);
    await laptop.checkIn();
    expect(await breachesOf(council, 'DBC-1')).toMatchObject([{ subject: 'S2', status: 'suspected' }]);
  });

  it('is not excused longer by a clock that is put back, nor by a restart after it', async () => {
    await authorised({ scope: { sticks: ['S1', 'S2'] } }, officer);
    await laptop.checkIn();
    world.pass(3 * DAY_MS + SECOND_MS);
    await laptop.cycle();
    laptop.clock.skew = -2 * DAY_MS;
    expect(await plugIn(laptop, stick('S2'))).toEqual([['fail', undefined]]);
    const held = await laptop.running(({ sql, policies, now }) =>
      authorisationsHeld(policies.current() ?? { authorisations: [] }, sql, now()),
    );
    expect(held).toMatchObject([{ holds: 'no longer' }]);
  });

  it('is refused from the check-in after a revocation on', async () => {
    const ref = await authorised({ scope: { sticks: ['S1', 'S2'] } }, officer);
    await laptop.checkIn();
    expect(await plugIn(laptop, stick('S1'))).toEqual([['exempt', ref]]);
    world.pass(60 * SECOND_MS);
    await by(...officer, `/api/v1/authorisations/${ref}/revocation`, { reason: 'It was lost.' });
    await laptop.checkIn();
    expect(await plugIn(laptop, stick('S2'))).toEqual([['fail', undefined]]);
  });

  it('is authorised on every device that the person holds, and on nobody else’s', async () => {
    const [second, other] = [
      await createLaptop({ council, world, assetTag: 'DBC-2', checks: ['removable-media'] }),
      await createLaptop({ council, world, assetTag: 'DBC-3', checks: ['removable-media'] }),
    ];
    await council.ask('PATCH', '/api/v1/devices/DBC-2', { holder: 'sam rivers ' });
    await council.ask('PATCH', '/api/v1/devices/DBC-3', { holder: 'Kit Marsh' });
    const ref = await authorised({}, officer);
    for (const device of [second, other]) {
      device.machine.observations.set('removable-media', holding());
      await device.cycle();
      await device.checkIn();
    }
    expect(await plugIn(second, stick('S1'))).toEqual([['exempt', ref]]);
    expect(await plugIn(other, stick('S1'))).toEqual([['fail', undefined]]);
    second.close();
    other.close();
  });
});

describe('a laptop that ICT is building', () => {
  const build = () =>
    authorised({ kind: 'ict-build', subject: { devices: ['DBC-1'] }, scope: {}, validTo: at(2 * DAY_MS) }, ict);
  const encryption = async () =>
    (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'laptop-encryption').map(({ status }) => status);

  it('has its open breach ended by the authorisation, named in its timeline, and opened again when that lapses', async () => {
    laptop.show('off');
    await report();
    expect(await encryption()).toEqual(['suspected']);
    const ref = await build();
    await laptop.checkIn();
    await report();
    expect(await encryption()).toEqual(['restored']);
    const events = await council.db().selectFrom('breach_events').selectAll().where('type', '=', 'restored').execute();
    expect(events.map(({ detail }) => JSON.parse(detail) as unknown)).toEqual([
      { verdict: 'exempt', reason: 'authorised', authorisation: ref },
    ]);
    world.pass(2 * DAY_MS + SECOND_MS);
    await laptop.cycle();
    expect(await encryption()).toEqual(['restored']);
    await laptop.checkIn();
    expect(await encryption()).toEqual(['suspected']);
  });
});

describe('a document', () => {
  it('is sent anew when an authorisation is given or ends before its time, and not while nothing changes', async () => {
    const serial = () => laptop.running(({ policies }) => policies.serial());
    const first = await serial();
    await laptop.checkIn();
    expect(await serial()).toBe(first);
    const ref = await authorised({}, officer);
    await laptop.checkIn();
    expect(await serial()).toBe(first + 1);
    world.pass(4 * DAY_MS);
    await laptop.checkIn();
    expect(await serial()).toBe(first + 1);
    const told = await laptop.running(({ policies }) => policies.current()?.authorisations);
    expect(told).toMatchObject([{ ref, kind: 'emergency-plan-stick', scope: { sticks: ['S1'] } }]);
    expect(Object.keys(told?.[0] ?? {}).toSorted()).toEqual(['kind', 'ref', 'scope', 'validFrom', 'validTo']);
    world.pass(45 * DAY_MS);
    await laptop.checkIn();
    expect(await laptop.running(({ policies }) => policies.current()?.authorisations)).toEqual([]);
  });
});

describe('the end of an incident', () => {
  it('reaches the device with its next check-in, and before that the end that it knows holds', async () => {
    const director = ['assistant-director', 'Ada Director'] as const;
    const incident = (await by(...director, '/api/v1/incidents', { title: 'Flood', description: 'Closed.' })).body.ref;
    const ref = await authorised({ incident, scope: { sticks: ['S1', 'S2', 'S3'] } }, officer);
    await laptop.checkIn();
    world.pass(60 * SECOND_MS);
    await by(...director, `/api/v1/incidents/${incident}/end`, { reason: 'Open again.' });
    expect(await plugIn(laptop, stick('S1'))).toEqual([['exempt', ref]]);
    await laptop.checkIn();
    expect(await plugIn(laptop, stick('S2'))).toEqual([['fail', undefined]]);
  });
});
