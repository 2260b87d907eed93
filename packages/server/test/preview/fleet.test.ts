import { afterEach, beforeEach, expect, it } from 'vitest';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { readPart } from '../../src/preview/fleet.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedAuthorisations } from '../support/seed-authorisations.ts';
import { seedDevice } from '../support/seed.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const importing = (what: string, csv: string) =>
  server.as('administrator', {
    method: 'POST',
    url: what,
    headers: { 'content-type': 'text/csv' },
    payload: csv,
  });

it('a preview judges each device by the registers and with its authorisations, as the device itself would', async () => {
  await seedDevice(server.db, { asset_tag: 'DBC-1', holder: 'Sam Rivers', population: null });
  const people = await importing(
    '/api/v1/people/import',
    'account,name,population,groups\nsam,Sam Rivers,councillor,cabinet\n',
  );
  const sticks = await importing('/api/v1/registers/sticks/import', 'serial,encrypts_in_hardware\nAA01,yes\n');
  expect([people.statusCode, sticks.statusCode]).toEqual([200, 200]);
  const now = server.clock.now();
  await seedAuthorisations(server.db, now);
  const { devices } = await readPart(server.db, { organisation: ORGANISATION, after: null, since: 0, now });
  expect(devices).toMatchObject([
    {
      assetTag: 'DBC-1',
      context: {
        population: 'councillor',
        groups: ['cabinet'],
        registeredSticks: [{ serial: 'AA01', encryptsInHardware: true }],
      },
      authorisations: [{ ref: 'AU-2026-000001', kind: 'emergency-plan-stick' }],
    },
  ]);
});
