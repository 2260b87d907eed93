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
    expect(items.map(({ name, devices, enters }) => [name, devices, enters])).toEqual([
      ['ipp://10.20.4.7/ipp', 10, { register: 'printers', class: 'council' }],
      ['\\\\old-server\\floor2', 4, { register: 'printers', class: 'council' }],
      ['ipp://court.example/print', 3, { register: 'printers', class: 'permitted' }],
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
    expect(items.map(({ name, devices, enters }) => [name, devices, enters])).toEqual([
      ['AAAA', 3, { register: 'sticks' }],
      ['BBBB', 1, { register: 'sticks' }],
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
    await laptops(3, { administrators: ['DBC\\Device Admins', 'DBC\\Old Admins'] });
    const { items, proposal } = await baseline();
    expect(proposal).toBeNull();
    const [a, b] = items;
    const answer = await decide([
      { item: a?.id, decision: 'accepted', reason: 'of the service desk' },
      { item: b?.id, decision: 'refused', reason: 'thrown away' },
    ]);
    const { proposal: made } = answer.json<Baseline>();
    expect(made).toMatchObject({
      version: '1-baseline-1',
      changes: [{ rule: 'accounts', list: 'localAdministrators', added: ['DBC\\Device Admins'] }],
    });
    expect(made?.source).toContain("# the council's own");
    const headers = { 'content-type': 'application/yaml' };
    const upload = { method: 'POST', url: '/api/v1/policies', headers, payload: made?.source ?? '' } as const;
    expect((await server.as('administrator', upload)).statusCode).toBe(201);
    const after = await baseline();
    expect([after.items.map(({ name }) => name), after.proposal]).toEqual([['DBC\\Old Admins'], null]);
  });

  it('enters what is accepted in the registers of sticks and printers, and leaves what a person says of it since', async () => {
    await laptops(3, { queues: [{ target: '\\\\old-server\\A' }], sticks: ['AAAA', 'BBBB'] });
    const { items } = await baseline();
    const accepted = items.filter(({ name }) => name !== 'BBBB');
    const wishes = accepted.map(({ id }) => ({ item: id, decision: 'accepted', reason: 'as ICT knows it' }));
    const answer = await decide(wishes);
    expect(answer.json<Baseline>().proposal).toBeNull();
    const read = async (url: string) => (await server.as('auditor', { url: `/api/v1/registers/${url}` })).json().items;
    expect(await read('sticks')).toMatchObject([
      { serial: 'AAAA', encryptsInHardware: false, note: 'From the baseline: as ICT knows it' },
    ]);
    expect(await read('printers')).toMatchObject([
      {
        pattern: '\\\\old-server\\a',
        class: 'council',
        classifiedBy: 'token:information-security-team-leader',
      },
    ]);
    const actions = (await server.db.selectFrom('audit').select('action').execute()).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['stick-registered', 'printer-registered']));
    await server.as('security-analyst', { method: 'DELETE', url: '/api/v1/registers/sticks/AAAA' });
    await decide(wishes);
    expect(await read('sticks')).toMatchObject([{ serial: 'AAAA', retired: true }]);
  });

  it('does not propose what a person has entered in a register already', async () => {
    await laptops(3, { queues: [{ target: '\\\\old-server\\A' }], sticks: ['AAAA'] });
    const post = (url: string, payload: object) =>
      server.as('security-analyst', { method: 'POST', url: `/api/v1/registers/${url}`, payload });
    await post('sticks', { serial: 'aaaa' });
    await post('printers', { pattern: '\\\\old-server\\*', class: 'other' });
    expect((await baseline()).items).toEqual([]);
  });

  it('registers a holder whom a person names, and proposes nobody', async () => {
    const device = await laptop({});
    const [unheld] = (await baseline()).toBeRecorded.holders;
    expect(unheld?.assetTag).toBe(device.asset_tag);
    const accept = (holder?: string) =>
      decide([
        { item: unheld?.id, decision: 'accepted', reason: 'as the helpdesk knows', ...(holder ? { holder } : {}) },
      ]);
    expect((await accept()).json().errors[0].field).toBe('body.decisions.0.holder');
    expect((await accept('sam.rivers')).json<Baseline>().toBeRecorded).toMatchObject({
      devices: { withoutHolder: 0 },
      holders: [],
    });
    const read = await server.as('auditor', { url: `/api/v1/devices/${device.asset_tag}` });
    expect(read.json().holder).toBe('sam.rivers');
    const acts = await server.db.selectFrom('audit').select('action').orderBy('sequence', 'desc').limit(2).execute();
    expect(acts.map(({ action }) => action)).toEqual(['device-changed', 'baseline-item-accepted']);
  });

  it('of a policy for one population looks at its devices, and adds to that policy alone', async () => {
    const payload = POLICY.replace('version: "1"', 'version: "councillors"\npopulations: [councillor]');
    const headers = { 'content-type': 'application/yaml' };
    await server.as('administrator', { method: 'POST', url: '/api/v1/policies', headers, payload });
    await laptops(3, { administrators: ['DBC\\Employee Admins', 'DBC\\Admins'] });
    for (let index = 0; index < 3; index += 1) {
      const { id } = await laptop({ administrators: ['DBC\\Councillor Admins', 'DBC\\Admins'], sticks: ['AAAA'] });
      await server.db.updateTable('devices').set({ population: 'councillor' }).where('id', '=', id).execute();
    }
    const url = '/api/v1/policies/baseline?population=councillor';
    const own = (await server.as('auditor', { url })).json<Baseline>();
    expect(own.policy).toMatchObject({ version: 'councillors', populations: ['councillor'] });
    expect(own.items.map(({ name }) => name).toSorted()).toEqual(['AAAA', 'DBC\\Admins', 'DBC\\Councillor Admins']);
    const general = await baseline();
    expect(general.items.map(({ name }) => name).toSorted()).toEqual(['DBC\\Admins', 'DBC\\Employee Admins']);
    const decisions = own.items.map(({ id }) => ({ item: id, decision: 'accepted', reason: 'as ICT knows it' }));
    const role = 'information-security-team-leader';
    const made = (await server.as(role, { method: 'POST', url, payload: { decisions } })).json<Baseline>();
    expect(made.proposal).toMatchObject({
      version: 'councillors-baseline-1',
      changes: [{ list: 'localAdministrators', added: expect.arrayContaining(['DBC\\Councillor Admins']) }],
    });
    expect((await baseline()).proposal).toBeNull();
    const sticks = await server.as('auditor', { url: '/api/v1/registers/sticks' });
    expect(sticks.json().items).toMatchObject([{ serial: 'AAAA' }]);
    expect((await server.as('auditor', { url: '/api/v1/policies/baseline?population=kings' })).statusCode).toBe(400);
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
