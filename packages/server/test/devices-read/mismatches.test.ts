import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csv } from '../../src/devices/csv.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice, seedFacts } from '../support/seed.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const held = { holder: 'Sam Rivers' };
  await seedDevice(server.db, { ...held, asset_tag: 'A-1', serial_number: 'SAME' });
  await seedDevice(server.db, { ...held, asset_tag: 'A-2', serial_number: ' same ' });
  const told = await seedDevice(server.db, { ...held, asset_tag: 'B-1', serial_number: 'REGISTERED' });
  const serialNumber = { known: '=HYPERLINK("http://bad.example")' };
  const facts = JSON.stringify({ assetTag: { known: null }, serialNumber });
  await seedFacts(server.db, told.id, { check_name: 'asset-tag', facts });
  await seedDevice(server.db, { ...held, asset_tag: 'C-1', serial_number: 'ONE', enrolled_serial: 'ANOTHER' });
  await seedDevice(server.db, {
    ...held,
    asset_tag: 'C-2',
    serial_number: 'same-after-all',
    enrolled_serial: 'SAME-AFTER-ALL',
  });
  await seedDevice(server.db, { asset_tag: 'D-1', generation: 0 });
  await seedDevice(server.db, { asset_tag: 'D-2', generation: 0, kind: 'phone' });
  await seedDevice(server.db, { asset_tag: 'D-3', generation: 0, state: 'in-store', state_since: 0 });
  await seedDevice(server.db, { asset_tag: 'E-1', holder: null });
  // What tells nothing contradicts nothing.
  const silent = await seedDevice(server.db, { ...held, asset_tag: 'F-1', serial_number: null, enrolled_serial: 'X' });
  await seedFacts(server.db, silent.id, { check_name: 'asset-tag', facts: '{"serialNumber":{"unknown":"not-told"}}' });
});
afterAll(() => server.close());

const read = async (query = '') =>
  (await server.as('ict-operator', { url: `/api/v1/devices/mismatches${query}` })).json();

describe('GET /api/v1/devices/mismatches', () => {
  it('tells each once, in the order of what matters', async () => {
    const { items } = await read();
    expect(items.map(({ kind, assetTag, found }: Record<string, string>) => [kind, assetTag, found])).toEqual([
      ['serial-shared', 'A-1', 'A-2'],
      ['serial-shared', 'A-2', 'A-1'],
      ['serial-differs', 'B-1', '=HYPERLINK("http://bad.example")'],
      ['enrolled-differs', 'C-1', 'ANOTHER'],
      ['never-enrolled', 'D-1', null],
      ['holder-unknown', 'E-1', null],
    ]);
  });

  it('is paged, and narrowed by kind', async () => {
    const first = await read('?limit=3');
    const second = await read(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toHaveLength(6);
    expect(second.nextCursor).toBeNull();
    expect((await read('?kind=serial-shared')).items).toHaveLength(2);
  });

  it('is a file for a spreadsheet, in which nothing is a formula', async () => {
    const { headers, body } = await server.as('auditor', { url: '/api/v1/devices/mismatches.csv' });
    expect(headers['content-type']).toContain('text/csv');
    expect(body).toContain(`B-1,REGISTERED,"'=HYPERLINK(""http://bad.example"")"`);
    expect(body.split('\r\n')).toHaveLength(8);
  });

  it('is not for whoever may not read devices', async () => {
    expect((await server.as('worker', { url: '/api/v1/devices/mismatches' })).statusCode).toBe(403);
  });
});

describe('a CSV file', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('does not begin a cell with %j', (text) => {
    expect(csv([[text]])).toMatch(/^\uFEFF"?'/);
  });
});
