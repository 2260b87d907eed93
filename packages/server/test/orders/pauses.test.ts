import { iso } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener, LOCK } from '../support/listener.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 366 * DAY;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

interface Told {
  readonly id: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string }[];
  readonly [name: string]: unknown;
}

const ends = (ms: number) => iso(server.clock.now() + ms);
const post = async (url: string, payload: object, role: Parameters<TestServer['as']>[0] = 'ict-administrator') => {
  const answer = await server.as(role, { method: 'POST', url: `/api/v1/${url}`, payload });
  return { status: answer.statusCode, told: answer.json<Told>() };
};
async function pause(what: object, ms = DAY): Promise<string> {
  const { status, told } = await post('pauses', { until: ends(ms), reason: 'A driver is faulty', ...what });
  if (status !== 201) throw new Error(JSON.stringify(told));
  return told.id;
}
const end = (id: string) => post(`pauses/${id}/end`, { reason: 'It is mended' });
const run = () => server.app.jobs.runDue();
async function hears(device: Listener) {
  const desired = await device.desired();
  if (desired !== undefined) await device.report(desired.version);
  return desired;
}
const edit = (tag: string, change: object) =>
  server.as('administrator', { method: 'PATCH', url: `/api/v1/devices/${tag}`, payload: change });
const audited = async () =>
  (await server.db.selectFrom('audit').select(['action', 'detail']).orderBy('sequence').execute())
    .filter(({ action }) => action.startsWith('pause-'))
    .map(({ action, detail }) => [action, JSON.parse(detail)]);

describe('a pause', () => {
  it('of one device is in its next desired state at once, with its end, and gone when somebody ends it', async () => {
    const device = await enrolListener(server);
    const [since, until] = [ends(0), ends(DAY)];
    const id = await pause({ scope: 'device', name: 'DBC-1' });
    expect(await hears(device)).toMatchObject({ paused: { since, until } });
    expect(await hears(device)).toBeUndefined();
    expect((await end(id)).told).toMatchObject({ standing: 'ended', endReason: 'It is mended' });
    expect(await hears(device)).not.toHaveProperty('paused');
    expect((await end(id)).told.code).toBe('conflict');
    expect(await audited()).toEqual([
      ['pause-began', { scope: 'device', name: 'DBC-1', until, reason: 'A driver is faulty' }],
      ['pause-ended', { scope: 'device', name: 'DBC-1', reason: 'It is mended' }],
    ]);
  });

  it('of a group is told to whoever is in it, and to whoever comes into it at the next call', async () => {
    const [one, two] = [await enrolListener(server, 'DBC-1'), await enrolListener(server, 'DBC-2')];
    await edit('DBC-1', { groups: ['Planning'] });
    await pause({ scope: 'group', name: 'Planning' });
    await run();
    expect(await hears(one)).toHaveProperty('paused');
    expect(await hears(two)).toBeUndefined();
    await edit('DBC-2', { groups: ['Planning'] });
    await edit('DBC-1', { groups: [] });
    expect(await hears(one)).not.toHaveProperty('paused');
    expect(await hears(two)).toHaveProperty('paused');
  });

  it('of all is told to every device, a few at a time, and to one that is enrolled later', async () => {
    const devices = [];
    for (let number = 1; number <= 3; number += 1) devices.push(await enrolListener(server, `DBC-${number}`));
    const id = await pause({ scope: 'all' });
    await run();
    for (const device of devices) expect(await hears(device)).toHaveProperty('paused');
    const later = await enrolListener(server, 'DBC-9');
    expect(await hears(later)).toHaveProperty('paused');
    await end(id);
    await run();
    for (const device of [...devices, later]) expect(await hears(device)).not.toHaveProperty('paused');
  });

  it('ends by itself, and what was ordered meanwhile is told then, while what restricted it before was never gone', async () => {
    const device = await enrolListener(server);
    const order = (kind: string) => post('devices/DBC-1/orders', { ...LOCK, kind }, 'ict-operator');
    const kinds = async () => (await hears(device))?.restrictions.map(({ kind }) => kind);
    await order('lock');
    await pause({ scope: 'all' });
    await run();
    expect(await kinds()).toEqual(['lock']);
    const isolate = (await order('isolate')).told;
    expect(isolate).toMatchObject({ standing: 'ordered' });
    expect(await kinds()).toEqual(['lock']);
    server.clock.pass(DAY + 1);
    await run();
    const told = await hears(device);
    expect(told?.restrictions.map(({ kind }) => kind)).toEqual(['lock', 'isolate']);
    expect(told).not.toHaveProperty('paused');
    const { items } = (await server.as('auditor', { url: '/api/v1/pauses' })).json<{ items: Told[] }>();
    expect(items).toEqual([expect.objectContaining({ scope: 'all', name: null, standing: 'over', endedBy: null })]);
  });

  it('goes on while another holds, until the last of them', async () => {
    const device = await enrolListener(server);
    const first = await pause({ scope: 'all' }, DAY);
    server.clock.pass(HOUR);
    await pause({ scope: 'device', name: 'DBC-1' }, 2 * DAY);
    await run();
    expect(await hears(device)).toMatchObject({ paused: { until: ends(2 * DAY) } });
    await end(first);
    await run();
    expect(await hears(device)).toMatchObject({ paused: { until: ends(2 * DAY) } });
  });

  it.each([
    ['has no end within 30 days', { scope: 'all', until: '2026-08-04T08:32:00.000Z' }, 'body.until'],
    ['has ended already', { scope: 'all', until: '2026-06-04T08:32:00.000Z' }, 'body.until'],
    ['is of a group that nobody is in', { scope: 'group', name: 'Plannign' }, 'body.name'],
    ['is of all, and of something', { scope: 'all', name: 'DBC-1' }, 'body.name'],
    ['is of a device that it does not name', { scope: 'device' }, 'body.name'],
  ])('is refused where it %s', async (_what, asked, field) => {
    const { status, told } = await post('pauses', { until: ends(DAY), reason: 'x', ...asked });
    expect([status, told.code, told.errors?.[0]?.field]).toEqual([400, 'validation', field]);
    expect(await server.db.selectFrom('pauses').selectAll().execute()).toEqual([]);
  });

  it('is for the ICT administrator: not on the device that they hold themselves', async () => {
    await enrolListener(server);
    const asked = { scope: 'device', name: 'DBC-1', until: ends(DAY), reason: 'x' };
    for (const role of ['ict-operator', 'information-security-team-leader', 'worker'] as const)
      expect((await post('pauses', asked, role)).status).toBe(403);
    await edit('DBC-1', { holder: 'ict-administrator' });
    expect((await post('pauses', asked)).told.code).toBe('not-permitted');
  });

  it('keeps no word of anybody when it is long over', async () => {
    await enrolListener(server);
    const id = await pause({ scope: 'all' });
    await end(id);
    server.clock.pass(5 * YEAR);
    await run();
    const row = () => server.db.selectFrom('pauses').selectAll().executeTakeFirstOrThrow();
    expect(await row()).toMatchObject({ reason: 'A driver is faulty' });
    server.clock.pass(2 * YEAR);
    await run();
    expect(await row()).toMatchObject({ scope: 'all', reason: 'erased', begun_by: 'erased', end_reason: 'erased' });
  });
});
