import { type Account, known } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/baseline.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice, seedFacts, seedFinding, seedState } from '../support/seed.ts';
import { POLICY } from './policy.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  const headers = { 'content-type': 'application/yaml' };
  await server.as('administrator', { method: 'POST', url: '/api/v1/policies', headers, payload: POLICY });
});
afterEach(() => server.close());

interface Laptop {
  readonly queues?: readonly { readonly target: string; readonly reach?: string }[];
  readonly administrators?: readonly (string | Account)[];
  readonly onNetwork?: number | null;
  readonly holder?: string;
  readonly sticks?: readonly string[];
}

async function laptop({ queues = [], administrators = [], onNetwork = 1, holder, sticks = [] }: Laptop) {
  const device = await seedDevice(server.db, { on_council_network: onNetwork, holder: holder ?? null });
  const told = queues.map(({ target, reach = 'network' }, index) => ({ name: `Queue ${index}`, target, reach }));
  await seedFacts(server.db, device.id, {
    check_name: 'printing',
    facts: JSON.stringify({ queues: known(told), jobs: known('told') }),
  });
  const accounts = administrators.map((given) =>
    typeof given === 'string' ? { name: given, aliases: [given.split('\\').at(-1) ?? given] } : given,
  );
  await seedFacts(server.db, device.id, {
    check_name: 'accounts',
    facts: JSON.stringify({ administrators: known(accounts), guest: known('off'), local: known([]) }),
  });
  for (const serial of sticks) {
    await seedFinding(server.db, device.id, {
      check_name: 'removable-media',
      subject: serial,
      kind: 'event',
      received_at: server.clock.now(),
      body: Buffer.from(JSON.stringify({ observed: { kind: 'storage', serial } })),
    });
  }
  return device;
}
const laptops = async (count: number, given: Laptop) => {
  for (let index = 0; index < count; index += 1) await laptop(given);
};

const baseline = async (): Promise<Baseline> =>
  (await server.as('auditor', { url: '/api/v1/policies/baseline' })).json();
const decide = (decisions: readonly object[]) =>
  server.as('information-security-team-leader', {
    method: 'POST',
    url: '/api/v1/policies/baseline',
    payload: { decisions },
  });

describe('a baseline', () => {
  it('proposes printers of the council and of partners, and no home', async () => {
    await laptops(4, { queues: [{ target: '\\\\old-server\\Floor2' }, { target: '\\\\print.council\\Floor1' }] });
    await laptops(3, { queues: [{ target: 'ipp://court.example/print' }], onNetwork: 0 });
    await laptops(5, {
      queues: [{ target: 'ipp://192.168.1.20/ipp' }, { target: 'USB001', reach: 'local' }],
      onNetwork: 0,
    });
    await laptops(5, {
      queues: [
        { target: 'ipp://192.168.1.30/ipp' },
        { target: 'ipp://hp.local/ipp' },
        { target: 'ipp://10.0.0.5/ipp' },
      ],
    });
    await laptops(10, { queues: [{ target: 'ipp://10.20.4.7/ipp' }] });
    await laptops(2, { queues: [{ target: 'ipp://rare.example/print' }], onNetwork: 0 });
    const { items, leftOut } = await baseline();
    expect(items.map(({ name, devices, becomes }) => [name, devices, becomes?.list])).toEqual([
      ['ipp://10.20.4.7/ipp', 10, 'councilPrinters'],
      ['\\\\old-server\\floor2', 4, 'councilPrinters'],
      ['ipp://court.example/print', 3, 'permittedPrinters'],
    ]);
    expect(leftOut.homePrinters).toBe(6);
  });

  it('proposes administrators by what they are called everywhere, and names nobody', async () => {
    for (let index = 0; index < 4; index += 1)
      await laptop({
        administrators: [
          `L-${index}\\svc-deploy`,
          'DBC\\Device Admins',
          `L-${index}\\Administrator`,
          'DBC\\sam.rivers',
          'DBC\\adm-rivers',
          'DBC\\srivers',
        ],
        holder: 'Sam Rivers',
      });
    await laptop({ administrators: ['L-9\\games'] });
    const { items, leftOut } = await baseline();
    expect(items.map(({ name, devices }) => [name, devices])).toEqual([
      ['DBC\\Device Admins', 4],
      ['svc-deploy', 4],
    ]);
    expect(leftOut).toMatchObject({ accounts: 1, accountsOfPeople: 3 });
    expect(JSON.stringify(await baseline())).not.toMatch(/rivers/i);
  });

  it('does not propose an administrator that the policy allows by its number', async () => {
    const payload = POLICY.replace('["Administrator"]', '["S-1-5-21-*-500"]').replace('version: "1"', 'version: "2"');
    const headers = { 'content-type': 'application/yaml' };
    await server.as('administrator', { method: 'POST', url: '/api/v1/policies', headers, payload });
    for (let index = 0; index < 4; index += 1) {
      const administrators = [
        { name: `L-${index}\\Administrator`, aliases: ['Administrator', `S-1-5-21-1-2-${index}-500`] },
        { name: `L-${index}\\laps`, aliases: ['laps', `S-1-5-21-1-2-${index}-1001`] },
      ];
      await laptop({ administrators });
    }
    expect((await baseline()).items.map(({ name }) => name)).toEqual(['laps']);
  });

  it('proposes sticks that come often, for the register', async () => {
    await laptops(3, { sticks: ['AAAA'] });
    await laptop({ sticks: Array(10).fill('BBBB') });
    await laptop({ sticks: ['CCCC'] });
    const { items, leftOut } = await baseline();
    expect(items.map(({ name, devices, becomes }) => [name, devices, becomes])).toEqual([
      ['AAAA', 3, null],
      ['BBBB', 1, null],
    ]);
    expect(leftOut.sticks).toBe(1);
  });

  it('lists what fails as to be mended, and takes none of it whatever is sent', async () => {
    const device = await laptop({});
    await seedState(server.db, device.id, { rule: 'encryption', verdict: 'fail' });
    const { toBeMended, items } = await baseline();
    expect([toBeMended, items]).toEqual([
      [{ rule: 'encryption', clause: '5.9', check: 'disk-encryption', failing: 1 }],
      [],
    ]);
    const answer = await decide([{ item: 'encryption', decision: 'accepted', reason: 'we want it so' }]);
    expect([answer.statusCode, answer.json().detail]).toEqual([409, expect.stringContaining('to be mended')]);
  });

  it('makes of what is accepted a policy to be uploaded, with every comment, and of what is refused nothing', async () => {
    await laptops(3, { queues: [{ target: '\\\\old-server\\A' }, { target: '\\\\old-server\\B' }] });
    const { items, proposal } = await baseline();
    expect(proposal).toBeNull();
    const [a, b] = items;
    const answer = await decide([
      { item: a?.id, decision: 'accepted', reason: 'the second floor' },
      { item: b?.id, decision: 'refused', reason: 'thrown away' },
    ]);
    const { proposal: made } = answer.json<Baseline>();
    expect(made).toMatchObject({
      version: '1-baseline-1',
      changes: [{ rule: 'printing', list: 'councilPrinters', added: ['\\\\old-server\\a'] }],
    });
    expect(made?.source).toContain("# the council's own");
    const headers = { 'content-type': 'application/yaml' };
    const upload = { method: 'POST', url: '/api/v1/policies', headers, payload: made?.source ?? '' } as const;
    expect((await server.as('administrator', upload)).statusCode).toBe(201);
    const after = await baseline();
    expect([after.items.map(({ name }) => name), after.proposal]).toEqual([['\\\\old-server\\b'], null]);
  });

  it('keeps who decided what and why in the audit log', async () => {
    await laptops(3, { sticks: ['AAAA'] });
    const [item] = (await baseline()).items;
    await decide([{ item: item?.id, decision: 'refused', reason: 'not ours' }]);
    const acts = await server.db.selectFrom('audit').selectAll().where('target', 'like', 'baseline:%').execute();
    expect(acts.map(({ actor, action, detail }) => [actor, action, JSON.parse(detail).reason])).toEqual([
      ['token:information-security-team-leader', 'baseline-item-refused', 'not ours'],
    ]);
    expect((await baseline()).items[0]?.decision).toMatchObject({ decision: 'refused', reason: 'not ours' });
  });

  it('is decided by those who may write policies, and needs one', async () => {
    const payload = { decisions: [{ item: 'x', decision: 'accepted', reason: 'because' }] };
    const url = '/api/v1/policies/baseline';
    expect((await server.as('ict-administrator', { method: 'POST', url, payload })).statusCode).toBe(403);
    await server.db.deleteFrom('policies').execute();
    expect((await server.as('auditor', { url })).json().code).toBe('policy-unknown');
  });
});
