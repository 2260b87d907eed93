import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Entry } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Facility } from '../../packages/server/src/facilities.ts';
import type { ActiveDirectorySettings, Carried } from '../../packages/server/src/settings-connectors.ts';
import {
  type Connector,
  type Kept,
  NeedsPerson,
  type Subject,
} from '../../packages/server/src/withdrawals/connector.ts';
import { activeDirectoryConnector } from '../../packages/server/src/withdrawals/connectors/active-directory.ts';
import { startTestServer } from '../../packages/server/test/app/harness.ts';
import { seedRegisters } from '../../packages/server/test/support/seed-registers.ts';
import { whyNoDirectory } from './fixtures/directory.ts';
import { delegateAsDocumented } from './fixtures/delegation.ts';
import { type Domain, type DomainController, startDomain } from './fixtures/domain.ts';

const why = whyNoDirectory();
const THEIRS = 'Inv3nted-Passw0rd!';
const OURS = 'Withdr4wals-Passw0rd!';
const DISABLED = 2;
const NEVER_EXPIRES = 65_536;
const { signal } = new AbortController();

/** What a sign-in, or any change at all, leaves on an entry. */
const PASSING = new Set(
  'whenChanged uSNChanged lastLogon lastLogonTimestamp logonCount badPwdCount badPasswordTime'.split(' '),
);
const lasting = (entry: Entry): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entry)
      .filter(([name]) => !PASSING.has(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(String).toSorted() : String(value)]),
  );

describe.skipIf(why !== undefined)(
  `withdrawal in two real controllers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let domain: Domain;
    let first: DomainController;
    let second: DomainController;
    const named = (name: string) => `CN=${name},OU=Groups,${domain.base}`;
    const pat: Subject = { organisation: 'o', person: 'p', account: 'pat.rivers', email: null };
    const toSecond = () => domain.replicate(first, second);
    const toFirst = () => domain.replicate(second, first);

    beforeAll(async () => {
      domain = await startDomain();
      ({ first, second } = domain);
      for (const unit of ['People', 'Groups', 'Elsewhere']) first.tool('ou', 'create', `OU=${unit}`);
      for (const account of ['pat.rivers', 'sam.rivers', 'sam.marsh', 'kit.gone'])
        first.tool('user', 'create', account, THEIRS, '--userou=OU=People');
      first.tool('user', 'create', 'out.side', THEIRS, '--userou=OU=Elsewhere');
      for (const group of ['VPN Users', 'Mail Users', 'Housing (all)', 'Duty Officers', 'Choir'])
        first.tool('group', 'add', group, '--groupou=OU=Groups');
      first.tool('group', 'addmembers', 'VPN Users', 'pat.rivers,sam.rivers,sam.marsh');
      first.tool('group', 'addmembers', 'Choir', 'pat.rivers');
      delegateAsDocumented(domain, OURS);
      toSecond();
    });
    afterAll(() => domain?.stop());

    const facilities = (): Map<Facility, Carried> =>
      new Map<Facility, Carried>([
        ['network', { disableAccount: true, groups: [] }],
        ['remote-access', { disableAccount: false, groups: [named('VPN Users')] }],
        ['email-and-internet', { disableAccount: false, groups: [named('Mail Users')] }],
      ]);
    const connector = (more: Partial<ActiveDirectorySettings> = {}): Connector =>
      activeDirectoryConnector(
        {
          enabled: true,
          servers: [first.url, second.url],
          caFile: domain.authority,
          bindDn: `CN=beadle-withdrawals,CN=Users,${domain.base}`,
          readPassword: () => OURS,
          base: domain.base,
          facilities: facilities(),
          ...more,
        },
        { now: () => Date.now() },
      );
    const person = (words: RegExp) =>
      expect.objectContaining({ name: NeedsPerson.name, message: expect.stringMatching(words) });

    async function asAdministrator<T>(controller: DomainController, work: (client: Client) => Promise<T>): Promise<T> {
      const client = new Client({ url: controller.url, tlsOptions: { ca: readFileSync(domain.authority) } });
      try {
        await client.bind(domain.administrator.dn, domain.administrator.password);
        return await work(client);
      } finally {
        await client.unbind();
      }
    }
    const entry = (controller: DomainController, name: string): Promise<Entry> =>
      asAdministrator(controller, async (client) => {
        const { searchEntries } = await client.search(domain.base, { filter: `(sAMAccountName=${name})` });
        return searchEntries[0] ?? expect.fail(`there is no ${name}`);
      });
    const control = async (controller: DomainController, name = 'pat.rivers') =>
      Number((await entry(controller, name))['userAccountControl']);
    /** `in`, or the code and reason by which the directory refuses the person. */
    async function signIn(controller: DomainController, name = 'pat.rivers'): Promise<string> {
      const client = new Client({ url: controller.url, tlsOptions: { ca: readFileSync(domain.authority) } });
      try {
        await client.bind(`${name}@beadle.test`, THEIRS);
        return 'in';
      } catch (error) {
        return /data \w+/.exec(String(error))?.[0] ?? String(error);
      } finally {
        await client.unbind();
      }
    }
    const holds = async (facility: Facility, before: Kept, expected: 'withdrawn' | 'restored', on = connector()) =>
      (await on.prove(pat, facility, before, expected, signal)).readings.map((reading) => [
        reading.where,
        reading.holds,
      ]);

    it('is permitted by the account that the documents make, and by no other', async () => {
      const lines = await connector({ base: `OU=People,${domain.base}` }).test(signal);
      expect(lines.filter(({ ok }) => !ok)).toEqual([]);
      expect(lines.map(({ what }) => what)).toContain(
        'dc2.beadle.test: may change the group VPN Users (remote-access)',
      );
      const other = { bindDn: `sam.marsh@beadle.test`, readPassword: () => THEIRS, base: `OU=People,${domain.base}` };
      const refused = (await connector(other).test(signal)).filter(({ ok }) => !ok).map(({ what }) => what);
      expect(refused.filter((what) => what.startsWith('dc1'))).toEqual([
        'dc1.beadle.test: may change the group VPN Users (remote-access)',
        'dc1.beadle.test: may change the group Mail Users (email-and-internet)',
        'dc1.beadle.test: may disable accounts',
      ]);
    });

    it('arrives on each controller as the directory replicates it, and all is as before when it is given back', async () => {
      const entries = () =>
        Promise.all(
          [first, second].flatMap((one) => ['pat.rivers', 'VPN Users', 'Choir'].map((name) => entry(one, name))),
        );
      const was = (await entries()).map(lasting);
      expect([await signIn(first), await signIn(second)]).toEqual(['in', 'in']);
      const on = connector();
      const network = await on.find(pat, 'network', signal);
      const remote = await on.find(pat, 'remote-access', signal);
      expect([network.changes, remote.changes]).toEqual([
        ['Disable the account pat.rivers'],
        ['Take pat.rivers out of the group VPN Users'],
      ]);

      await on.withdraw(pat, 'network', network.before, signal);
      await on.withdraw(pat, 'remote-access', remote.before, signal);
      const arrived = [
        ['dc1.beadle.test', true],
        ['dc2.beadle.test', false],
      ];
      expect(await holds('network', network.before, 'withdrawn')).toEqual(arrived);
      expect(await holds('remote-access', remote.before, 'withdrawn')).toEqual(arrived);
      expect([await signIn(first), await signIn(second)]).toEqual(['data 533', 'in']);
      toSecond();
      const everywhere = arrived.map(([where]) => [where, true]);
      expect(await holds('network', network.before, 'withdrawn')).toEqual(everywhere);
      expect(await holds('remote-access', remote.before, 'withdrawn')).toEqual(everywhere);
      expect([await signIn(first), await signIn(second)]).toEqual(['data 533', 'data 533']);
      const [taken] = (await entries()).map(lasting);
      expect(taken).toEqual({ ...was[0], userAccountControl: '514', memberOf: named('Choir') });

      for (let call = 0; call < 2; call += 1) {
        expect(await on.restore(pat, 'network', network.before, signal)).toEqual({ left: [] });
        expect(await on.restore(pat, 'remote-access', remote.before, signal)).toEqual({ left: [] });
      }
      expect(await holds('remote-access', remote.before, 'restored')).toEqual(arrived);
      toSecond();
      expect(await holds('network', network.before, 'restored')).toEqual(everywhere);
      expect(await holds('remote-access', remote.before, 'restored')).toEqual(everywhere);
      expect([await signIn(first), await signIn(second)]).toEqual(['in', 'in']);
      expect((await entries()).map(lasting)).toEqual(was);
    });

    it('goes by the other controller while one is down, is not proven before both are read, and is given back after a stale one answered', async () => {
      const on = connector();
      await first.stop();
      const { before } = await on.find(pat, 'network', signal);
      await on.withdraw(pat, 'network', before, signal);
      const { readings } = await on.prove(pat, 'network', before, 'withdrawn', signal);
      expect(readings).toMatchObject([
        { where: '127.0.0.71', holds: false, found: expect.stringContaining('refused the connection') },
        { where: 'dc2.beadle.test', holds: true },
      ]);
      await first.start();
      // The first has not heard of the withdrawal: there is nothing to give back on it, and the proof says so.
      expect(await on.restore(pat, 'network', before, signal)).toEqual({ left: [] });
      toFirst();
      expect(await control(first)).toBe(514);
      expect(await holds('network', before, 'restored')).toEqual([
        ['dc1.beadle.test', false],
        ['dc2.beadle.test', false],
      ]);
      await on.restore(pat, 'network', before, signal);
      toSecond();
      expect(await holds('network', before, 'restored')).toEqual([
        ['dc1.beadle.test', true],
        ['dc2.beadle.test', true],
      ]);
      await first.stop();
      await second.stop();
      await expect(on.find(pat, 'network', signal)).rejects.toThrow('No domain controller could be asked');
      await first.start();
      await second.start();
    });

    it('keeps what an administrator sets at the same moment', async () => {
      const on = connector();
      const { before } = await on.find(pat, 'network', signal);
      const administrate = (times: number) =>
        asAdministrator(first, async (client) => {
          const { dn } = await entry(first, 'pat.rivers');
          const { Attribute, Change } = await import('ldapts');
          const change = (operation: 'add' | 'delete', value: number) =>
            new Change({
              operation,
              modification: new Attribute({ type: 'userAccountControl', values: [String(value)] }),
            });
          for (let made = 0; made < times; ) {
            const { searchEntries } = await client.search(dn, { scope: 'base', attributes: ['userAccountControl'] });
            const now = Number(searchEntries[0]?.['userAccountControl']);
            const set = client.modify(dn, [change('delete', now), change('add', now ^ NEVER_EXPIRES)]);
            made += await set.then(
              () => 1,
              () => 0,
            );
          }
        });
      const again = (work: () => Promise<unknown>): Promise<unknown> =>
        work().catch((error: unknown) =>
          /at every attempt/.test(String(error)) ? again(work) : Promise.reject(error),
        );
      await Promise.all([administrate(41), again(() => on.withdraw(pat, 'network', before, signal))]);
      expect(await control(first)).toBe(512 + NEVER_EXPIRES + DISABLED);
      await Promise.all([administrate(41), again(() => on.restore(pat, 'network', before, signal))]);
      expect(await control(first)).toBe(512);
      toSecond();
    });

    it('follows an account that is moved and renamed, and a group that is renamed', async () => {
      const on = connector();
      const { before } = await on.find(pat, 'remote-access', signal);
      await on.withdraw(pat, 'remote-access', before, signal);
      await asAdministrator(first, async (client) => {
        const { dn } = await entry(first, 'pat.rivers');
        await client.modifyDN(dn, `CN=Pat Marsh,OU=Elsewhere,${domain.base}`);
        await client.modifyDN(named('VPN Users'), named('Remote Users'));
      });
      toSecond();
      expect(await on.restore(pat, 'remote-access', before, signal)).toEqual({ left: [] });
      toSecond();
      expect(await holds('remote-access', before, 'restored')).toEqual([
        ['dc1.beadle.test', true],
        ['dc2.beadle.test', true],
      ]);
      expect([(await entry(second, 'pat.rivers'))['memberOf']].flat()).toContain(named('Remote Users'));
      await asAdministrator(first, async (client) => {
        await client.modifyDN(`CN=Pat Marsh,OU=Elsewhere,${domain.base}`, `CN=pat.rivers,OU=People,${domain.base}`);
        await client.modifyDN(named('Remote Users'), named('VPN Users'));
      });
      toSecond();
    });

    it('needs a person for who is in by way of another group, or by the primary group', async () => {
      first.tool('group', 'addmembers', 'Mail Users', 'Duty Officers');
      first.tool('group', 'addmembers', 'Duty Officers', 'pat.rivers');
      toSecond();
      const on = connector();
      const found = await on.find(pat, 'email-and-internet', signal);
      expect(found).toMatchObject({ changes: [], warnings: [expect.stringContaining('Mail Users by way of')] });
      await expect(holds('email-and-internet', found.before, 'withdrawn')).rejects.toEqual(
        person(/Mail Users by way of/),
      );
      first.tool('group', 'removemembers', 'Duty Officers', 'pat.rivers');
      first.tool('group', 'addmembers', 'Mail Users', 'Domain Users');
      toSecond();
      await expect(holds('email-and-internet', found.before, 'withdrawn')).rejects.toEqual(person(/the primary group/));
      first.tool('group', 'removemembers', 'Mail Users', 'Domain Users');
      toSecond();
      expect(await holds('email-and-internet', found.before, 'withdrawn')).toEqual([
        ['dc1.beadle.test', true],
        ['dc2.beadle.test', true],
      ]);
    });

    it('needs a person for what its account may not do, and does the rest', async () => {
      const housing = named('Housing (all)');
      first.tool('group', 'addmembers', 'Housing (all)', 'pat.rivers');
      toSecond();
      const both = { disableAccount: true, groups: [housing] };
      const on = connector({ facilities: new Map<Facility, Carried>([['network', both]]) });
      const { before } = await on.find(pat, 'network', signal);
      await expect(on.withdraw(pat, 'network', before, signal)).rejects.toEqual(
        person(/member of the group Housing \(all\)/),
      );
      expect(await control(first)).toBe(514);
      expect(await on.restore(pat, 'network', before, signal)).toEqual({ left: [] });
      toSecond();
      const as = (account: string) => connector().find({ ...pat, account }, 'network', signal);
      await expect(as('Administrator')).rejects.toEqual(person(/domain administrator/));
      await expect(as('beadle-withdrawals')).rejects.toEqual(person(/by which Beadle works/));
      await expect(as('nobody)(cn=*')).rejects.toEqual(person(/no account/));
      const outside = await as('out.side');
      const refused = connector().withdraw({ ...pat, account: 'out.side' }, 'network', outside.before, signal);
      await expect(refused).rejects.toEqual(person(/userAccountControl of out.side in CN=out.side,OU=Elsewhere/));
      expect((await as('out.side@beadle.test')).before).toEqual(outside.before);
    });

    it('is carried out by the server, from the order to what is given back', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'beadle-withdraw-'));
      writeFileSync(join(folder, 'password'), `${OURS}\n`, { mode: 0o600 });
      const activeDirectory = {
        enabled: true,
        servers: [first.url, second.url],
        caFile: domain.authority,
        bindDn: `CN=beadle-withdrawals,CN=Users,${domain.base}`,
        passwordFile: 'password',
        base: `OU=People,${domain.base}`,
        facilities: [
          { facility: 'network', disableAccount: true },
          { facility: 'remote-access', groups: [named('VPN Users')] },
        ],
      };
      const file = join(folder, 'beadle-server.yaml');
      writeFileSync(file, JSON.stringify({ connectors: { activeDirectory } }));
      const server = await startTestServer({}, file);
      try {
        await seedRegisters(server.db, server.clock.now());
        const url = '/api/v1/withdrawals';
        const post = (path: string, payload: object) =>
          server.as('ict-administrator', { method: 'POST', url: `${url}${path}`, payload });
        const later = async () => {
          server.clock.pass(3_600_000);
          await server.app.jobs.runDue();
        };
        const until = new Date(server.clock.now() + 10 * 86_400_000).toISOString();
        const order = {
          subjects: ['sam.rivers'],
          facilities: ['network', 'remote-access'],
          mode: 'temporary',
          until,
          reason: 'A lost laptop.',
        };
        const { ref } = (await post('', order)).json();
        const read = async () => (await server.as('ict-operator', { url: `${url}/${ref}` })).json();
        await server.app.jobs.runDue();
        expect((await read()).status).toBe('running');
        expect([await signIn(first, 'sam.rivers'), await signIn(second, 'sam.rivers')]).toEqual(['data 533', 'in']);
        toSecond();
        await later();
        const shown = await read();
        expect(shown).toMatchObject({ status: 'withdrawn', counts: { proven: 2 } });
        expect(shown.steps[0].proof.map(({ where }: { where: string }) => where)).toEqual([
          'dc1.beadle.test',
          'dc2.beadle.test',
        ]);
        expect([await signIn(first, 'sam.rivers'), await signIn(second, 'sam.rivers')]).toEqual([
          'data 533',
          'data 533',
        ]);
        await post(`/${ref}/restoration`, { reason: 'Found again.' });
        await server.app.jobs.runDue();
        toSecond();
        await later();
        expect(await read()).toMatchObject({ status: 'restored' });
        expect([await signIn(first, 'sam.rivers'), await signIn(second, 'sam.rivers')]).toEqual(['in', 'in']);
        expect([(await entry(second, 'sam.rivers'))['memberOf']].flat()).toEqual([named('VPN Users')]);
        expect(JSON.stringify(server.logged)).not.toContain(OURS);
      } finally {
        await server.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('says what is left where a group or the account was deleted', async () => {
      const kit: Subject = { ...pat, account: 'kit.gone' };
      first.tool('group', 'addmembers', 'Mail Users', 'kit.gone');
      toSecond();
      const on = connector();
      const { before } = await on.find(kit, 'email-and-internet', signal);
      await on.withdraw(kit, 'email-and-internet', before, signal);
      first.tool('group', 'delete', 'Mail Users');
      first.tool('group', 'add', 'Mail Users', '--groupou=OU=Groups');
      expect((await on.restore(kit, 'email-and-internet', before, signal)).left).toEqual([
        expect.stringContaining('Mail Users is no longer'),
      ]);
      first.tool('user', 'delete', 'kit.gone');
      toSecond();
      expect((await on.restore(kit, 'email-and-internet', before, signal)).left).toEqual([
        expect.stringContaining('kit.gone is no longer'),
      ]);
      await expect(on.prove(kit, 'email-and-internet', before, 'withdrawn', signal)).rejects.toEqual(
        person(/no longer shows/),
      );
    });

    it('speaks by StartTLS too, trusts no other certificate, and tells no password', async () => {
      const startTls = [first, second].map(({ address }) => `ldap://${address}`);
      expect((await connector({ servers: startTls }).find(pat, 'network', signal)).changes).toHaveLength(1);
      const { before } = await connector().find(pat, 'network', signal);
      const one = connector({ servers: [first.url] });
      await expect(one.prove(pat, 'network', before, 'restored', signal)).rejects.toEqual(person(/does not name: dc2/));
      const wrong: Partial<ActiveDirectorySettings>[] = [
        { caFile: null },
        { caFile: null, servers: startTls },
        { servers: ['ldaps://localhost.localdomain:1', 'ldap://127.0.0.1:1'] },
        { readPassword: () => `${OURS}x` },
        { readPassword: () => '' },
        { bindDn: `CN=nobody,${domain.base}` },
        { caFile: '/nowhere/ca.pem' },
        { base: `OU=Nowhere,${domain.base}` },
        { base: 'nowhere' },
      ];
      const said = [];
      for (const more of wrong) {
        const error: unknown = await connector(more)
          .find(pat, 'network', signal)
          .catch((caught: unknown) => caught);
        said.push(String(error));
        expect(error).toBeInstanceOf(Error);
      }
      expect(said).toEqual([
        expect.stringMatching(/^NeedsPerson: .*certificate of 127\.0\.0\.71 cannot be trusted/),
        expect.stringMatching(/^NeedsPerson: .*certificate of 127\.0\.0\.71 cannot be trusted/),
        expect.stringMatching(/^Error: No domain controller could be asked/),
        expect.stringMatching(/^NeedsPerson: .*does not let Beadle's account in/),
        expect.stringMatching(/^NeedsPerson: .*password of the account is empty/),
        expect.stringMatching(/^NeedsPerson: .*does not let Beadle's account in/),
        expect.stringMatching(/^NeedsPerson: .*cannot be read/),
        expect.stringMatching(/^NeedsPerson: .*look at base/),
        expect.stringMatching(/^NeedsPerson: .*look at base/),
      ]);
      expect(said.join('\n')).not.toContain(OURS);
    });
  },
);
