import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addresseeOf } from '../../src/notify/recipient.ts';
import { queueNotice } from '../../src/notify/queue.ts';
import { DEFAULT_SETTINGS, type OrganisationSettings } from '../../src/organisation/settings.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seedBreach } from '../support/seed.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { importPeople } from '../support/people.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const payload = [
    'account,name,email,population',
    'ann,Ann Officer,ann@c.test,employee',
    'bo,Bo Deputy,bo@c.test,employee',
    'cy,Cy Second,,employee',
  ].join('\n');
  await importPeople(server, payload);
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.db.deleteFrom('role_holders').execute();
});

const role = 'information-security-team-leader';
const give = (account: string, standing: string, days: object = {}) =>
  server.as('administrator', {
    method: 'POST',
    url: '/api/v1/roles',
    payload: { role, account, standing, ...days },
  });
const away = (account: string, absentFrom: string | null, absentUntil: string | null = null) =>
  server.as('administrator', {
    method: 'PATCH',
    url: `/api/v1/people/${account}`,
    payload: { absentFrom, absentUntil },
  });
const named: OrganisationSettings = {
  ...DEFAULT_SETTINGS,
  recipients: { [role]: { name: 'Team', address: 'team@c.test' } },
};
const told = async (today = '2026-06-04', settings = named) => {
  const { address, as } = await addresseeOf(server.db, { organisation: ORGANISATION, settings, role, today });
  return `${address} as ${as}`;
};

describe('whom a notice goes to', () => {
  it('is whom the settings name, until somebody has the role', async () => {
    expect(await told()).toBe('team@c.test as settings');
    await give('bo', 'deputy');
    await give('ann', 'holder');
    expect(await told()).toBe('ann@c.test as holder');
  });

  it('is the deputy while the holder is away, and the settings’ where both are', async () => {
    await give('ann', 'holder');
    await give('bo', 'deputy');
    await away('ann', '2026-06-01', '2026-06-10');
    expect(await told('2026-06-04')).toBe('bo@c.test as deputy');
    expect(await told('2026-06-11')).toBe('ann@c.test as holder');
    await away('bo', '2026-06-01');
    expect(await told('2026-06-04')).toBe('team@c.test as settings');
    expect(await told('2026-06-04', DEFAULT_SETTINGS)).toBe('ann@c.test as holder');
    await away('ann', null);
    await away('bo', null);
  });

  it('is nobody whose time in the role has not begun or has ended, nor anybody without an address', async () => {
    await give('cy', 'holder');
    await give('ann', 'holder', { from: '2026-07-01' });
    await give('bo', 'deputy', { until: '2026-06-03' });
    expect(await told()).toBe('team@c.test as settings');
    expect(await told('2026-07-01')).toBe('ann@c.test as holder');
  });

  it('is the officer for a role that nobody has', async () => {
    await give('ann', 'holder');
    const question = { organisation: ORGANISATION, settings: named, role: 'siro', today: '2026-06-04' } as const;
    expect(await addresseeOf(server.db, question)).toMatchObject({ address: 'ann@c.test' });
  });

  it('stays on record where it was the deputy', async () => {
    await give('ann', 'holder');
    await give('bo', 'deputy');
    await away('ann', '2026-06-01');
    const breach = await seedBreach(server.db, null, {
      id: 'b',
      ref: 'BR-2026-000001',
      notified_at: null,
    });
    const notice = {
      organisation: ORGANISATION,
      role,
      title: 'T',
      body: 'B',
      breaches: [breach.id],
      at: server.clock.now(),
    } as const;
    await server.db.transaction().execute((tx) => queueNotice(tx, notice, server.random));
    await server.app.jobs.runDue();
    const [sent] = await server.db.selectFrom('notices').select(['address', 'sent_as']).execute();
    expect(sent).toEqual({ address: 'bo@c.test', sent_as: 'deputy' });
    const events = await server.db.selectFrom('breach_events').select(['type', 'detail']).execute();
    expect(JSON.parse(events.at(-1)?.detail ?? '{}')).toMatchObject({ role, as: 'deputy' });
  });
});
