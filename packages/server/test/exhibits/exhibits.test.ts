import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { heldAsExhibit } from '../../src/exhibits/hold.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

const url = '/api/v1/exhibits';
const move = { from: 'Sam Rivers', to: 'Ian Technician', place: 'The Forum, room 12', condition: 'Lid scratched, off' };
const seizure = { kind: 'device', device: 'DBC-00001', description: 'A laptop', ...move, seal: 'S-0041' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await seedDevice(server.db, { asset_tag: 'DBC-00001', id: 'device-one' });
  await seedBreach(server.db, 'device-one', { ref: 'BR-2026-000001' });
});
afterAll(() => server.close());

const post = (path: string, payload: object, role: CallerRole = 'ict-operator') =>
  server.as(role, { method: 'POST', url: `${url}${path}`, payload });
const read = async (ref: string, role: CallerRole = 'auditor') =>
  (await server.as(role, { url: `${url}/${ref}` })).json();

describe('something that was seized', () => {
  it('has a record of who had it, where and how, each part with when it happened and when it was written', async () => {
    const happenedAt = '2026-06-04T07:10:00.000Z';
    const answer = await post('', { ...seizure, breach: 'BR-2026-000001', happenedAt });
    expect(answer.statusCode).toBe(201);
    server.clock.pass(3_600_000);
    const handed = { from: 'Ian Technician', to: 'The evidence store', place: 'Safe 2', condition: 'As before' };
    expect((await post('/EX-2026-000001/transfers', handed)).statusCode).toBe(200);
    expect(await read('EX-2026-000001')).toMatchObject({
      ref: 'EX-2026-000001',
      device: 'DBC-00001',
      breach: 'BR-2026-000001',
      status: 'held',
      heldBy: 'The evidence store',
      place: 'Safe 2',
      intact: true,
      custody: [
        {
          type: 'seized',
          happenedAt,
          recordedAt: '2026-06-04T08:32:00.000Z',
          recordedBy: 'token:ict-operator',
          seal: 'S-0041',
        },
        { type: 'transferred', from: 'Ian Technician', seal: null },
      ],
    });
  });

  it.each([
    [{ ...seizure, device: 'DBC-99999' }, 404],
    [{ ...seizure, device: null }, 400],
    [{ ...seizure, kind: 'stick' }, 400],
    [{ ...seizure, breach: 'BR-2026-000009' }, 404],
    [{ ...seizure, happenedAt: '2027-01-01T00:00:00Z' }, 400],
    [{ ...seizure, place: '' }, 400],
    [seizure, 409],
  ])('is refused where that cannot be: %j', async (payload, status) => {
    expect((await post('', payload)).statusCode).toBe(status);
  });

  it('keeps orders from changing it, unless the officer agrees', async () => {
    const held = () => heldAsExhibit(server.db, ORGANISATION, 'device-one');
    expect(await held()).toBe('EX-2026-000001');
    const agreement = { agreed: true, note: 'Isolate it: it is on.' };
    expect((await post('/EX-2026-000001/agreement', agreement)).statusCode).toBe(403);
    const officer = 'information-security-team-leader';
    expect((await post('/EX-2026-000001/agreement', agreement, officer)).json().ordersAgreed).toBe(true);
    expect(await held()).toBeNull();
    await post('/EX-2026-000001/agreement', { agreed: false, note: 'Done.' }, officer);
    expect(await held()).toBe('EX-2026-000001');
    expect((await read('EX-2026-000001')).heldBy).toBe('The evidence store');
  });

  it('is in the list by what is held, and by its device', async () => {
    const list = async (query: string) => (await server.as('auditor', { url: `${url}?${query}` })).json().items;
    expect(await list('status=held&device=DBC-00001')).toMatchObject([{ ref: 'EX-2026-000001', place: 'Safe 2' }]);
    expect(await list('status=released')).toEqual([]);
    expect(await list('device=DBC-99999')).toEqual([]);
  });

  it('is released once, and its record is closed then', async () => {
    const release = { from: 'The evidence store', to: 'Sam Rivers', place: 'The Forum', condition: 'As it was' };
    expect((await post('/EX-2026-000001/release', release)).json().status).toBe('released');
    expect((await post('/EX-2026-000001/transfers', release)).statusCode).toBe(409);
    expect((await post('/EX-2026-000001/release', release)).statusCode).toBe(409);
    expect(await heldAsExhibit(server.db, ORGANISATION, 'device-one')).toBeNull();
  });

  it.each([
    ['a word is changed', (sequence: number) => sequence === 2, { place: 'My garage' }],
    ['a time is changed', (sequence: number) => sequence === 1, { happened_at: 1 }],
  ])('shows where %s', async (_, which, columns) => {
    const rows = await server.db.selectFrom('custody_events').selectAll().execute();
    const row = rows.find(({ sequence }) => which(sequence));
    const at = server.db.updateTable('custody_events').where('sequence', '=', row?.sequence ?? 0);
    await at.set(columns).execute();
    expect((await read('EX-2026-000001')).intact).toBe(false);
    await at.set({ place: row?.place ?? null, happened_at: row?.happened_at ?? 0 }).execute();
    expect((await read('EX-2026-000001')).intact).toBe(true);
  });

  it('shows where a part of the record is missing', async () => {
    await server.db.deleteFrom('custody_events').where('sequence', '=', 2).execute();
    expect((await read('EX-2026-000001')).intact).toBe(false);
  });
});
