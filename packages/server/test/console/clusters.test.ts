import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;

async function seedCluster(ref: string, count: number): Promise<void> {
  const id = `id-${ref}`;
  const at = server.clock.now();
  const cluster = {
    organisation: ORGANISATION,
    id,
    ref,
    cause_key: ref,
    rule: 'encryption',
    clause: '5.9',
    cause: '{"product":"<b>x</b>"}',
  };
  await server.db
    .insertInto('clusters')
    .values({ ...cluster, opened_at: at, last_at: at, breaches: count, ended_at: null, notice: null })
    .execute();
  for (let index = 0; index < count; index += 1) {
    const device = await seedDevice(server.db, { id: `${ref}-${index}`, asset_tag: `${ref}-${index}` });
    await seedBreach(server.db, device.id, { cluster: id, ref: `BR-2026-${ref.slice(-3)}00${index}`, duty: 'ict' });
  }
}

beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
  await seedCluster('CL-2026-000007', 3);
});
afterAll(() => server.close());

const PAGE = '/clusters/CL-2026-000007';
const send = (browser: Browser, fields: Record<string, string>) => browser.post(PAGE, fields, PAGE);

describe('several breaches of one cause', () => {
  it('stand in a list as one item each', async () => {
    const { body } = await officer.get('/clusters');
    expect(body).toContain('CL-2026-000007');
    expect(body.match(/href="\/clusters\/CL-/g)).toHaveLength(1);
  });

  it('show what they share, and let nobody write into the page', async () => {
    const { body } = await officer.get(PAGE);
    expect(body).toContain('3 devices appear to fail the same rule');
    expect(body).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(body).not.toContain('<b>x</b>');
  });

  it('are decided about at once, with a reason', async () => {
    const nothing = await send(officer, { act: 'triage', text: 'Because' });
    expect(nothing.statusCode).toBe(400);
    expect(nothing.body).toContain('Select what it is');
    expect(nothing.body).toContain('Because');
    const unreasoned = await send(officer, { act: 'close', text: ' ' });
    expect(unreasoned.body).toContain('Enter why you are closing it');
    expect((await send(officer, { act: 'triage', decision: 'not-a-breach', text: 'A driver.' })).statusCode).toBe(303);
    const rows = await server.db.selectFrom('breaches').select('status').execute();
    expect(rows).toEqual([{ status: 'not-a-breach' }, { status: 'not-a-breach' }, { status: 'not-a-breach' }]);
    const { body } = await officer.get('/clusters/CL-2026-000007?done=triaged');
    expect(body).toContain('Nothing of this item is open');
  });

  it('are read by who may read breaches, and changed by who may work on them', async () => {
    const auditor = await server.signIn('auditor');
    expect((await auditor.get(PAGE)).statusCode).toBe(200);
    expect((await send(auditor, { act: 'acknowledge' })).statusCode).toBe(403);
  });
});
