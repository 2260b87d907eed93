import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ORGANISATION } from '../../src/organisation/store.ts';
import type { DirectoryAnswer, DirectoryPerson } from '../../src/registers/directory/client.ts';
import { importDirectory } from '../../src/registers/directory/import.ts';
import { directoryJob } from '../../src/registers/directory/job.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { importPeople } from '../support/people.ts';

let server: TestServer;
let answer: DirectoryAnswer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const person = (account: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
  dn: `CN=${account},DC=test`,
  account,
  name: account.toUpperCase(),
  email: `${account}@c.test`,
  manager: undefined,
  population: undefined,
  disabled: false,
  ...more,
});
const of = (people: DirectoryPerson[], members: Record<string, string[]> = {}): DirectoryAnswer => ({
  people,
  members: new Map(
    Object.entries(members).map(([group, accounts]) => [group, new Set(accounts.map((one) => `cn=${one},dc=test`))]),
  ),
});
const directory = (groups: string[]) => ({
  url: 'ldaps://dc',
  caFile: null,
  bindDn: 'CN=b',
  readPassword: () => 'secret',
  base: 'DC=test',
  groupBase: 'DC=test',
  filter: '(a=b)',
  groups,
  population: 'employee' as const,
  attributes: { account: 'a', name: 'n', email: 'm', lineManager: 'l', population: null },
});
const take = (groups: string[] = [], { evenMany = false } = {}) =>
  importDirectory(
    { db: server.db, directory: directory(groups), read: async () => answer },
    { organisation: ORGANISATION, at: server.clock.now(), by: 'beadle', random: server.random },
    { dryRun: false, evenMany, signal: AbortSignal.timeout(5000) },
  );
const people = async () =>
  (await server.as('information-security-team-leader', { url: '/api/v1/people?gone=true' })).json().items;
const csv = (payload: string) => importPeople(server, payload);

describe('people from a directory', () => {
  it('say again what the directory says of whom somebody changed by hand, on record', async () => {
    answer = of([person('sam'), person('kit')], { Housing: ['sam'] });
    await take(['Housing']);
    const ask = (url: string, payload: object) =>
      server.as('ict-administrator', { method: 'PATCH', url: `/api/v1/${url}`, payload });
    await ask('people/sam', { name: 'Sam by hand', absentFrom: '2026-06-01' });
    await ask('groups/Housing', { add: ['kit'] });
    const outcome = await take(['Housing']);
    expect(outcome).toMatchObject({
      overruled: [
        { key: 'kit', columns: ['groups'] },
        { key: 'sam', columns: ['name'] },
      ],
    });
    expect(await people()).toMatchObject([
      { account: 'kit', groups: [] },
      { account: 'sam', name: 'SAM', absentFrom: '2026-06-01' },
    ]);
    const [act] = await server.db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1).execute();
    expect(JSON.parse(act?.detail ?? '')).toMatchObject({ overruled: 2 });
    expect(await take(['Housing'])).toMatchObject({ overruled: [] });
  });

  it('keep what the directory does not say, and the groups that it does not keep', async () => {
    await csv('account,name,population,groups,ends_on,absent_from\nsam,Sam,councillor,choir,2026-12-31,2026-06-01\n');
    answer = of([person('sam', { manager: 'CN=kit,DC=test' }), person('kit')], { Planning: ['sam'] });
    await take(['Planning']);
    const [, sam] = await people();
    expect(sam).toMatchObject({
      name: 'SAM',
      population: 'councillor',
      endsOn: '2026-12-31',
      absentFrom: '2026-06-01',
    });
    expect(sam).toMatchObject({ lineManager: 'kit', groups: ['Planning', 'choir'], source: 'directory' });
    await take([]);
    expect((await people())[1].groups).toEqual(['choir']);
  });

  it('do not take away whom a file has', async () => {
    await csv('account,name,population\ncouncillor.one,C One,councillor\n');
    answer = of([person('sam')]);
    await take();
    expect((await people()).map(({ goneAt }: { goneAt: string | null }) => goneAt)).toEqual([null, null]);
  });

  it('leave out an account that is disabled before it is known, and names that cannot be kept', async () => {
    answer = of([
      person('old', { disabled: true }),
      person('bell', { name: 'B\u0007ell', email: 'not an address' }),
      person('no name', {}),
    ]);
    await take();
    expect(await people()).toMatchObject([{ account: 'bell', name: 'bell', email: null }]);
  });

  it('change nothing where nobody is found, and nothing where too many would go', async () => {
    answer = of(['a', 'b', 'c', 'd', 'e'].map((account) => person(account)));
    await take();
    answer = of([person('a'), person('b'), person('c'), person('d')]);
    expect((await take()).kind).toBe('done');
    answer = of([person('a'), person('b')]);
    expect(await take()).toMatchObject({ kind: 'too-many-gone', expected: 4 });
    answer = of([]);
    await expect(take([], { evenMany: true })).rejects.toThrow('nobody was found');
    expect((await people()).filter(({ goneAt }: { goneAt: string | null }) => goneAt !== null)).toHaveLength(1);
  });

  it('taken in twice are as once', async () => {
    const accounts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(accounts, accounts, fc.boolean(), async (listed, members, disabled) => {
        answer = of(
          listed.map((account) => person(account, { disabled: disabled && account === 'a' })),
          { Planning: members },
        );
        await take(['Planning'], { evenMany: true });
        const before = await people();
        const again = await take(['Planning'], { evenMany: true });
        expect(again).toMatchObject({ plan: { added: [], changed: [], gone: [] } });
        expect(await people()).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the hourly import', () => {
  it('puts a refusal on record, and comes again', async () => {
    const deps = { ...server, settings: { directory: directory([]) }, read: async () => answer };
    const run = () =>
      directoryJob(deps).run({}, { organisation: ORGANISATION, attempt: 1, signal: AbortSignal.timeout(5000) });
    answer = of([person('a'), person('b')]);
    await run();
    answer = of([person('a')]);
    await run();
    const acts = await server.db.selectFrom('audit').select(['actor', 'action']).orderBy('sequence').execute();
    expect(acts).toEqual([
      { actor: 'beadle', action: 'people-imported' },
      { actor: 'beadle', action: 'directory-import-refused' },
    ]);
    const jobs = await server.db
      .selectFrom('jobs')
      .select(['kind', 'run_at'])
      .where('status', '=', 'waiting')
      .where('kind', '=', 'directory-import')
      .execute();
    expect(jobs).toEqual([{ kind: 'directory-import', run_at: server.clock.now() + 3_600_000 }]);
  });
});
