import { isReleaseCode, openDesiredState, verifyingKeyOf } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener, LOCK } from '../support/listener.ts';

const DAY = 86_400_000;

let server: TestServer;
let device: Listener;

beforeEach(async () => {
  server = await startTestServer();
  device = await enrolListener(server);
});
afterEach(() => server.close());

const url = '/api/v1/devices/DBC-1';
const post = (path: string, payload: object, role: Parameters<TestServer['as']>[0] = 'ict-operator') =>
  server.as(role, { method: 'POST', url: `${url}${path}`, payload });
interface Order {
  readonly id: string;
  readonly standing: string;
}
const order = async (more: object = {}) => (await post('/orders', { ...LOCK, ...more })).json<Order>();
const standings = async () =>
  (await server.as('auditor', { url: `${url}/orders` }))
    .json<{ items: (Order & { kind: string })[] }>()
    .items.map(({ kind, standing }) => `${kind}: ${standing}`);
const seen = (id: string, effect: string, observed = 'two sessions are locked') =>
  ({ id, effect, at: '2026-06-04T08:33:00.000Z', observed }) as never;

describe('a restriction', () => {
  it('is in the next check-in, signed and bound to the device, and is not in force before the device says so', async () => {
    expect(await device.desired()).toBeUndefined();
    const { id, standing } = await order({ until: '2026-06-05T08:00:00Z' });
    expect(standing).toBe('ordered');
    const desired = await device.desired();
    expect(desired).toMatchObject({
      device: device.id,
      version: server.clock.now(),
      restrictions: [{ id, kind: 'lock', until: '2026-06-05T08:00:00.000Z', telephone: '01442 000000' }],
      oneOffs: [],
    });
    expect((await device.report(desired?.version ?? 0, [seen(id, 'in-force')])).statusCode).toBe(200);
    expect(await standings()).toEqual(['lock: in-force']);
    expect(await device.desired()).toBeUndefined();
  });

  it('is refused by another device, and where anybody has changed it', async () => {
    await order();
    const [jws = ''] = (await device.checkIn()).slice(-1);
    const key = verifyingKeyOf(server.keys.publicJwk);
    const other = await enrolListener(server, 'DBC-2');
    expect(openDesiredState(jws, key, { device: other.id, atLeast: 0 })).toBe('for-another-device');
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('"lock"', '"isolate"');
    const forged = [header, Buffer.from(changed).toString('base64url'), signature].join('.');
    expect(openDesiredState(forged, key, { device: device.id, atLeast: 0 })).toBe('signature-differs');
  });

  it('is lifted by a version without it, however long the device was away: it gets the newest alone', async () => {
    const { id } = await order();
    const held = await device.desired();
    await device.report(held?.version ?? 0, [seen(id, 'in-force')]);
    for (let week = 0; week < 4; week += 1) {
      server.clock.pass(10 * DAY);
      const made = await order({ kind: 'isolate' });
      await post(`/orders/${made.id}/lifting`, { reason: 'found' });
    }
    expect((await post(`/orders/${id}/lifting`, { reason: 'found' })).json()).toMatchObject({ standing: 'lifting' });
    const documents = await device.checkIn();
    expect(documents).toHaveLength(1);
    const desired = device.open(documents[0] ?? '');
    expect(desired.restrictions).toEqual([]);
    expect(desired.version).toBeGreaterThan(held?.version ?? 0);
    await device.report(desired.version, [seen(id, 'lifted')]);
    expect((await standings())[0]).toBe('isolate: lifted');
    expect((await standings()).at(-1)).toBe('lock: lifted');
  });

  it('lapses by itself: it leaves the document with the next change, and the device says that it ended', async () => {
    const { id } = await order({ until: '2026-06-04T09:00:00Z' });
    await device.report((await device.desired())?.version ?? 0, [seen(id, 'in-force')]);
    server.clock.pass(DAY);
    expect(await standings()).toEqual(['lock: in-force']);
    await post('/messages', { text: 'Please ring ICT', reason: 'to talk' });
    expect((await device.desired())?.restrictions).toEqual([]);
    await device.report(server.clock.now(), [seen(id, 'lapsed')]);
    expect((await standings()).at(-1)).toBe('lock: lapsed');
  });

  it('that the device never answered before its end is over, and nobody says that it was in force', async () => {
    await order({ until: '2026-06-04T09:00:00Z' });
    server.clock.pass(DAY);
    expect(await standings()).toEqual(['lock: over']);
  });

  it('can be ended by its code, which is read out for a reason, on record, and is nowhere in the database', async () => {
    const { id } = await order();
    const release = (await device.desired())?.restrictions[0]?.release ?? { salt: '', hash: '' };
    const read = await post(`/orders/${id}/release-code`, { reason: 'The laptop is found, and has no network' });
    const { code } = read.json<{ code: string }>();
    expect(await isReleaseCode(code.toLowerCase(), release)).toBe(true);
    expect((await post(`/orders/${id}/release-code`, { reason: 'again' })).json()).toEqual({ code });
    const rows = JSON.stringify(await server.db.selectFrom('device_orders').selectAll().execute());
    expect(rows).not.toContain(code.slice(0, 5));
    const acts = await server.db.selectFrom('audit').select(['action', 'actor', 'detail']).execute();
    const readings = acts.filter(({ action }) => action === 'release-code-read');
    expect(readings).toHaveLength(2);
    expect(readings[0]).toMatchObject({ actor: 'token:ict-operator' });
    expect(JSON.stringify(acts)).not.toContain(code);
    await device.report(server.clock.now(), [seen(id, 'released')]);
    expect(await standings()).toEqual(['lock: released']);
    // It is not locked again, though another order follows.
    await order({ kind: 'isolate' });
    expect((await device.desired())?.restrictions.map(({ kind }) => kind)).toEqual(['isolate']);
  });

  it('stands anew where the device is enrolled again: what was seen before is so no longer', async () => {
    const { id } = await order();
    await device.report((await device.desired())?.version ?? 0, [seen(id, 'in-force')]);
    const again = await enrolListener(server);
    expect(await standings()).toEqual(['lock: ordered']);
    expect((await again.desired())?.restrictions).toHaveLength(1);
  });

  it('is refused where it cannot be, and asks for what it needs', async () => {
    await server.as('administrator', { method: 'POST', url: '/api/v1/devices', payload: { assetTag: 'DBC-9' } });
    const at = (path: string, payload: object) =>
      server.as('ict-operator', { method: 'POST', url: `/api/v1/devices/${path}/orders`, payload });
    expect((await at('DBC-9', LOCK)).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect((await at('DBC-8', LOCK)).json()).toMatchObject({ status: 404, code: 'device-unknown' });
    expect((await at('DBC-1', { ...LOCK, breach: 'BR-2026-000009' })).json()).toMatchObject({ code: 'breach-unknown' });
    const [until, allow] = ['2026-06-04T08:00:00Z', [{ address: '192.0.2.1', port: 443 }]];
    expect((await at('DBC-1', { ...LOCK, until })).json()).toMatchObject({ code: 'validation' });
    expect((await at('DBC-1', { ...LOCK, allow })).json()).toMatchObject({ code: 'validation' });
    expect((await at('DBC-1', { ...LOCK, kind: 'wipe' })).json()).toMatchObject({ code: 'validation' });
    expect((await post('/orders/none/lifting', { reason: 'x' })).json()).toMatchObject({ code: 'order-unknown' });
    const { id } = await order();
    await post(`/orders/${id}/lifting`, { reason: 'x' });
    expect((await post(`/orders/${id}/lifting`, { reason: 'x' })).json()).toMatchObject({ code: 'conflict' });
  });

  it('is ordered by ICT, and read by the officer', async () => {
    expect((await post('/orders', LOCK, 'information-security-team-leader')).statusCode).toBe(403);
    expect((await post('/orders', LOCK, 'worker')).statusCode).toBe(403);
    const read = await server.as('information-security-team-leader', { url: '/api/v1/orders' });
    expect(read.json()).toEqual({ items: [], nextCursor: null });
    await order();
    const { items } = (await server.as('auditor', { url: '/api/v1/orders' })).json<{ items: unknown[] }>();
    expect(items).toMatchObject([{ device: 'DBC-1', kind: 'lock', standing: 'ordered' }]);
  });

  it('of a device that is held as an exhibit waits for the officer', async () => {
    const moved = { from: 'Sam Rivers', to: 'Ian Technician', place: 'Room 12', condition: 'As it was' };
    const seizure = { kind: 'device', device: 'DBC-1', description: 'A laptop', ...moved, seal: 'S-0041' };
    const exhibits = '/api/v1/exhibits';
    expect((await server.as('ict-operator', { method: 'POST', url: exhibits, payload: seizure })).statusCode).toBe(201);
    expect((await post('/orders', LOCK)).json()).toMatchObject({ code: 'conflict' });
    expect((await post('/messages', { text: 'x', reason: 'y' })).json()).toMatchObject({ code: 'conflict' });
    const payload = { agreed: true, note: 'Isolate it: it is on.' };
    const agreement = { method: 'POST', url: `${exhibits}/EX-2026-000001/agreement`, payload } as const;
    await server.as('information-security-team-leader', agreement);
    expect((await post('/orders', LOCK)).statusCode).toBe(201);
  });

  it('on somebody’s own device is lifted by somebody else', async () => {
    const change = { holder: 'ict-operator' };
    const { version } = (await server.as('administrator', { url })).json<{ version: string }>();
    await server.as('administrator', { method: 'PATCH', url, payload: { ...change, version } });
    const { id } = await order();
    expect((await post(`/orders/${id}/lifting`, { reason: 'x' })).json()).toMatchObject({ code: 'not-permitted' });
    expect((await post(`/orders/${id}/release-code`, { reason: 'x' })).json()).toMatchObject({ code: 'not-permitted' });
    expect((await post(`/orders/${id}/lifting`, { reason: 'x' }, 'ict-administrator')).statusCode).toBe(200);
  });
});

describe('a restriction that cites a breach', () => {
  it('is on its timeline, and so is that it was lifted', async () => {
    const filed = { title: 'A laptop was lost', description: 'On a train.' };
    const reported = await server.as('worker', { method: 'POST', url: '/api/v1/breaches', payload: filed });
    const { ref } = reported.json<{ ref: string }>();
    const { id } = await order({ breach: ref, until: '2026-06-05T08:00:00Z' });
    await post(`/orders/${id}/lifting`, { reason: 'found' });
    const officer = 'information-security-team-leader';
    const acts = await server.db.selectFrom('breach_events').selectAll().where('type', 'like', 'device-%').execute();
    expect(acts.map(({ type, actor, detail }) => `${type} by ${actor}: ${detail}`)).toEqual([
      `device-ordered by token:ict-operator: {"device":"DBC-1","kind":"lock","until":${Date.parse('2026-06-05T08:00Z')}}`,
      'device-order-lifted by token:ict-operator: {"device":"DBC-1","kind":"lock"}',
    ]);
    const page = (await server.as(officer, { url: `/breaches/${ref}` })).body;
    for (const words of ['Restriction of a device ordered', 'Restriction of a device lifted', 'Kind: Lock'])
      expect(page).toContain(words);
  });
});

describe('a device that is asked to send its findings again', () => {
  it('hears of it once, and says that it did', async () => {
    const { id } = (await post('/resends', { reason: 'What is shown does not fit' })).json<Order>();
    const desired = await device.desired();
    expect(desired?.oneOffs).toEqual([{ id, kind: 'resend', until: '2026-06-11T08:32:00.000Z' }]);
    await device.report(desired?.version ?? 0, [seen(id, 'sent')]);
    expect(await standings()).toEqual(['resend: sent']);
    expect((await post('/resends', { reason: 'x' }, 'auditor')).statusCode).toBe(403);
    const acts = await server.db.selectFrom('audit').select('action').execute();
    expect(acts).toContainEqual({ action: 'device-asked-again' });
  });
});

describe('a message', () => {
  it('is shown once, or said to have come too late', async () => {
    const { id } = (await post('/messages', { text: 'Please ring ICT', reason: 'to talk' })).json<Order>();
    const desired = await device.desired();
    expect(desired?.oneOffs).toEqual([
      { id, kind: 'message', until: '2026-06-11T08:32:00.000Z', text: 'Please ring ICT' },
    ]);
    await device.report(desired?.version ?? 0, [seen(id, 'shown')]);
    expect(await standings()).toEqual(['message: shown']);
    await order();
    expect((await device.desired())?.oneOffs).toEqual([]);
  });

  it('that the device was away for is still told of, so that it says so', async () => {
    const { id } = (await post('/messages', { text: 'x', reason: 'y' })).json<Order>();
    server.clock.pass(8 * DAY);
    const desired = await device.desired();
    expect(desired?.oneOffs).toHaveLength(1);
    await device.report(desired?.version ?? 0, [seen(id, 'too-late')]);
    expect(await standings()).toEqual(['message: too-late']);
  });
});
