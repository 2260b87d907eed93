import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Subject } from '../../src/withdrawals/connector.ts';
import { createDeviceConnector } from '../../src/withdrawals/connectors/device.ts';
import { createAnnouncements } from '../../src/orders/desired-state/announce.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener } from '../support/listener.ts';
import { importPeople } from '../support/people.ts';

const DAY = 86_400_000;
const signal = new AbortController().signal;

let server: TestServer;
let device: Listener;
let connector: Connector;
let subject: Subject;

const csv = 'account,name,email,population,line_manager,groups\nsam,Sam Rivers,sam@example.org,employee,,\n';

async function registerHolder(): Promise<void> {
  await importPeople(server, csv);
  const url = '/api/v1/devices/DBC-1';
  const { version } = (await server.as('administrator', { url })).json<{ version: string }>();
  await server.as('administrator', { method: 'PATCH', url, payload: { holder: 'sam', version } });
}

beforeEach(async () => {
  server = await startTestServer();
  device = await enrolListener(server);
  await registerHolder();
  // In the register, and never enrolled: nothing on it would hear of an order.
  const other = { assetTag: 'DBC-2', kind: 'laptop', holder: 'sam' };
  await server.as('administrator', { method: 'POST', url: '/api/v1/devices', payload: other });
  const { id } = await server.db.selectFrom('people').select('id').executeTakeFirstOrThrow();
  subject = { organisation: 'default', person: id, account: 'sam', email: null };
  const organisation = await server.db.selectFrom('organisations').select('id').executeTakeFirstOrThrow();
  subject = { ...subject, organisation: organisation.id };
  const { announce } = createAnnouncements({});
  const { db, clock, random, keys } = server;
  const said = { notice: 'Please call ICT.', telephone: '01442 000000' };
  connector = createDeviceConnector({ db, clock, random, keys, announce, enabled: true, ...said });
});
afterEach(() => server.close());

const withdraw = (before: object) => connector.withdraw(subject, 'device', { ...before }, signal);
const restore = (before: object) => connector.restore(subject, 'device', { ...before }, signal);
const prove = async (before: object, expected: 'withdrawn' | 'restored') =>
  (await connector.prove(subject, 'device', { ...before }, expected, signal)).readings;
const find = () => connector.find(subject, 'device', signal);
const effects = (restrictions: readonly { id: string }[], effect: string) =>
  restrictions.map(({ id }) => ({ id, effect, at: '2026-06-04T08:33:00.000Z', observed: 'seen' }) as never);

describe('the connector of devices', () => {
  it('finds the devices of a person on which an agent hears, and changes nothing', async () => {
    const { before, changes } = await find();
    expect(changes).toEqual([
      'Lock DBC-1 when it is next connected',
      'Isolate from the network DBC-1 when it is next connected',
    ]);
    expect(JSON.parse(JSON.stringify(before))).toMatchObject({ devices: [{ assetTag: 'DBC-1' }] });
    expect(await server.db.selectFrom('device_orders').selectAll().execute()).toEqual([]);
  });

  it('orders once however often it is asked, and proves it by what the device says alone', async () => {
    const { before } = await find();
    await withdraw(before);
    await withdraw(before);
    const desired = await device.desired();
    expect(desired?.restrictions.map(({ kind }) => kind).toSorted()).toEqual(['isolate', 'lock']);
    expect(await prove(before, 'withdrawn')).toMatchObject([
      { where: 'DBC-1', found: 'Not seen since 2026-06-04', holds: false },
    ]);
    const [first, ...rest] = desired?.restrictions ?? [];
    await device.report(desired?.version ?? 0, first === undefined ? [] : effects([first], 'in-force'));
    const [half] = await prove(before, 'withdrawn');
    expect(half).toMatchObject({ holds: false });
    expect(half?.found).toContain('the device has not answered yet');
    await device.report(desired?.version ?? 0, effects(rest, 'in-force'));
    const [whole] = await prove(before, 'withdrawn');
    expect(whole).toMatchObject({ holds: true });
    expect(whole?.found).toContain('in force (seen)');
  });

  it('gives back exactly what it ordered, and nothing that somebody else did', async () => {
    const { before } = await find();
    await withdraw(before);
    const url = '/api/v1/devices/DBC-1/orders';
    const lock = { kind: 'lock', until: null, reason: 'x', notice: 'y', telephone: '0' };
    const { id } = (await server.as('ict-operator', { method: 'POST', url, payload: lock })).json<{ id: string }>();
    await device.report(
      (await device.desired())?.version ?? 0,
      effects((await device.desired())?.restrictions ?? [], 'in-force'),
    );
    const own = (await server.db.selectFrom('device_orders').select('id').where('id', '<>', id).execute()) ?? [];
    const lifting = await server.as('ict-operator', {
      method: 'POST',
      url: `${url}/${own[0]?.id}/lifting`,
      payload: { reason: 'x' },
    });
    expect(lifting.json()).toMatchObject({ code: 'conflict' });
    await restore(before);
    await restore(before);
    expect((await device.desired())?.restrictions.map((one) => one.id)).toEqual([id]);
    expect((await prove(before, 'restored'))[0]).toMatchObject({ holds: false });
    await device.report((await device.desired())?.version ?? 0, effects(own, 'lifted'));
    expect((await prove(before, 'restored'))[0]).toMatchObject({ holds: true });
  });

  it('orders anew what was given back in between, so that the device does not take it for what it ended', async () => {
    const { before } = await find();
    await withdraw(before);
    const first = await device.desired();
    await restore(before);
    await withdraw(before);
    await withdraw(before);
    const second = await device.desired();
    expect(second?.restrictions).toHaveLength(2);
    const ids = new Set(first?.restrictions.map(({ id }) => id));
    expect(second?.restrictions.some(({ id }) => ids.has(id))).toBe(false);
    await device.report(second?.version ?? 0, effects(second?.restrictions ?? [], 'in-force'));
    expect((await prove(before, 'withdrawn'))[0]).toMatchObject({ holds: true });
    await restore(before);
    expect((await device.desired())?.restrictions).toEqual([]);
  });

  it('of a device that was away all the time is restored when that holds to a version without it', async () => {
    const { before } = await find();
    await withdraw(before);
    server.clock.pass(3 * DAY);
    await restore(before);
    expect((await prove(before, 'restored'))[0]).toMatchObject({
      found: 'Not seen since it was enrolled',
      holds: false,
    });
    await device.report((await device.desired())?.version ?? 0);
    expect((await prove(before, 'restored'))[0]).toMatchObject({ holds: true });
  });
});

describe('a withdrawal of a device', () => {
  it('is proven as soon as the device says so, and ends when that says so', async () => {
    await server.close();
    server = await startTestServer({ BEADLE_SERVER_DEVICE_WITHDRAWALS_TELEPHONE: '01442 228000' });
    device = await enrolListener(server);
    await registerHolder();
    const until = '2026-06-11T08:00:00.000Z';
    const order = { subjects: ['sam'], facilities: ['device'], mode: 'temporary', until, reason: 'Lost on a train' };
    const ict = (method: 'GET' | 'POST', url: string, payload?: object) =>
      server.as('ict-administrator', { method, url, ...(payload === undefined ? {} : { payload }) });
    const { ref } = (await ict('POST', '/api/v1/withdrawals', order)).json<{ ref: string }>();
    await server.app.jobs.runDue();
    const desired = await device.desired();
    expect(desired?.restrictions).toMatchObject([{ telephone: '01442 228000' }, { telephone: '01442 228000' }]);
    const steps = async () => (await ict('GET', `/api/v1/withdrawals/${ref}`)).json<{ steps: unknown[] }>().steps;
    expect(await steps()).toMatchObject([{ facility: 'device', connector: 'device', status: 'done' }]);
    const restrictions = desired?.restrictions ?? [];
    await device.report(desired?.version ?? 0, effects(restrictions, 'in-force'));
    await server.app.jobs.runDue();
    expect(await steps()).toMatchObject([{ status: 'proven' }]);
    await ict('POST', `/api/v1/withdrawals/${ref}/restoration`, { reason: 'It has been found.' });
    await server.app.jobs.runDue();
    const lifted = await device.desired();
    expect(lifted?.restrictions).toEqual([]);
    await device.report(lifted?.version ?? 0, effects(restrictions, 'lifted'));
    await server.app.jobs.runDue();
    expect(await steps()).toMatchObject([{ status: 'restored' }]);
  });
});
