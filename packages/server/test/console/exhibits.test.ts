import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let [ict, officer]: Browser[] = [];
beforeAll(async () => {
  server = await startConsoleServer();
  await seedDevice(server.db, { asset_tag: 'DBC-00001', id: 'device-one' });
  await seedBreach(server.db, 'device-one', { ref: 'BR-2026-000001' });
  ict = await server.signIn('ict-operator', 'Ian Technician');
  officer = await server.signIn('information-security-team-leader', 'Ann Officer');
});
afterAll(() => server.close());

const move = { from: 'Sam Rivers', to: 'Ian Technician', place: 'Room 12', condition: 'Off', seal: '', note: '' };
const filled = { kind: 'device', device: 'DBC-00001', serial: '', description: 'A <b>laptop</b>', breach: '', ...move };
const body = async (url: string, by = ict) => (await by?.get(url))?.body ?? '';

describe('something that was seized', () => {
  it('is reached from the breach that it is about', async () => {
    expect(await body('/breaches/BR-2026-000001')).toContain(
      '/exhibits/new?breach=BR-2026-000001&amp;device=DBC-00001',
    );
    expect(await body('/exhibits/new?breach=BR-2026-000001&device=DBC-00001')).toContain('value="BR-2026-000001"');
  });

  it('is recorded, or what is missing is said in words', async () => {
    const wrong = await ict?.post('/exhibits', { ...filled, place: '', device: 'DBC-99999' }, '/exhibits/new');
    expect(wrong?.statusCode).toBe(400);
    expect(wrong?.body).toContain('Enter where it is now');
    const unknown = await ict?.post('/exhibits', { ...filled, device: 'DBC-99999' }, '/exhibits/new');
    expect(unknown?.body).toContain('Enter asset tag');
    const answer = await ict?.post('/exhibits', filled, '/exhibits/new');
    expect([answer?.statusCode, answer?.headers.location]).toEqual([303, '/exhibits/EX-2026-000001']);
    const page = await body('/exhibits/EX-2026-000001');
    for (const text of [
      'A &lt;b&gt;laptop&lt;/b&gt;',
      'from Sam Rivers to Ian Technician',
      'Not carried out while it is held',
    ])
      expect(page).toContain(text);
    expect(await body('/exhibits')).toContain('EX-2026-000001');
    expect(await body('/search?q=laptop')).toContain('EX-2026-000001');
  });

  it('is handed on and released, and the officer alone agrees to orders', async () => {
    const path = '/exhibits/EX-2026-000001';
    expect(await body(`${path}/transfers`)).toContain('value="Ian Technician"');
    await ict?.post(`${path}/transfers`, { ...move, from: 'Ian Technician', to: 'The store' }, `${path}/transfers`);
    expect((await ict?.get(`${path}/agree`))?.statusCode).toBe(403);
    await officer?.post(`${path}/agree`, { note: 'It is on.' }, `${path}/agree`);
    expect(await body(path)).toContain('Carried out: the officer agrees');
    await officer?.post(`${path}/stop`, { note: 'Done.' }, `${path}/stop`);
    const released = await ict?.post(
      `${path}/release`,
      { ...move, from: 'The store', to: 'Sam Rivers' },
      `${path}/release`,
    );
    expect(released?.statusCode).toBe(303);
    expect(await body(path)).not.toContain('Hand it on');
    expect(await body('/exhibits?show=released')).toContain('EX-2026-000001');
  });
});
