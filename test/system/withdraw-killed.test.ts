import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyInReport } from '../../scripts/start/policy.ts';
import { until } from '../support/processes.ts';
import { delegateAsDocumented } from './fixtures/delegation.ts';
import { whyNoDirectory } from './fixtures/directory.ts';
import { type Domain, type DomainController, startDomain } from './fixtures/domain.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';

/** How often the server is killed: what was under way waits for its lease each time, so that it takes minutes. */
const KILLS = Number(process.env['BEADLE_KILLS'] ?? 0);
const why = KILLS === 0 ? 'BEADLE_KILLS=50 is not set' : whyNoDirectory();
const MOST_BETWEEN_MS = 600;
/** What somebody had who died is taken up when their lease has ended. */
const SETTLES_WITHIN_MS = 180_000;
const THEIRS = 'Inv3nted-Passw0rd!';
const OURS = 'Withdr4wals-Passw0rd!';
const ACCOUNTS = Array.from({ length: 10 }, (_, number) => `worker.${number}`);
const url = '/api/v1/withdrawals';

interface Told {
  readonly ref: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly status: string; readonly proof: readonly { readonly holds: boolean }[] | null }[];
}

describe.skipIf(why !== undefined)(
  `a server that is killed while it withdraws${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let domain: Domain;
    let server: RealServer;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'beadle-killed-'));
      domain = await startDomain();
      const { first, second } = domain;
      for (const unit of ['People', 'Groups']) first.tool('ou', 'create', `OU=${unit}`);
      for (const account of ACCOUNTS) first.tool('user', 'create', account, THEIRS, '--userou=OU=People');
      for (const group of ['VPN Users', 'Housing (all)', 'Duty Officers', 'Mail Users'])
        first.tool('group', 'add', group, '--groupou=OU=Groups');
      first.tool('group', 'addmembers', 'VPN Users', ACCOUNTS.join(','));
      delegateAsDocumented(domain, OURS);
      domain.replicate(first, second);
      const config = join(folder, 'beadle-server.yaml');
      writeFileSync(join(folder, 'password'), OURS, { mode: 0o600 });
      writeFileSync(config, JSON.stringify({ connectors: { activeDirectory: settings() } }));
      server = await startRealServer({
        database: join(folder, 'server'),
        folder,
        policy: policyInReport('policies/dacorum.yaml'),
        config,
      });
      const people = ACCOUNTS.map((account) => `${account},${account},,employee`);
      const csv = ['account,name,email,population', ...people, ''].join('\n');
      await server.ask('POST', '/api/v1/people/import', csv, 'text/csv');
    }, 120_000);
    afterAll(async () => {
      await server?.stop();
      await domain?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const settings = () => ({
      enabled: true,
      servers: [domain.first.url, domain.second.url],
      caFile: domain.authority,
      bindDn: `CN=beadle-withdrawals,CN=Users,${domain.base}`,
      passwordFile: join(folder, 'password'),
      base: `OU=People,${domain.base}`,
      facilities: [
        { facility: 'network', disableAccount: true },
        { facility: 'remote-access', groups: [`CN=VPN Users,OU=Groups,${domain.base}`] },
      ],
    });

    async function asAdministrator<T>({ url: at }: DomainController, work: (client: Client) => Promise<T>): Promise<T> {
      const client = new Client({ url: at, tlsOptions: { ca: readFileSync(domain.authority) } });
      try {
        await client.bind(domain.administrator.dn, domain.administrator.password);
        return await work(client);
      } finally {
        await client.unbind();
      }
    }
    /** Whether each account is on, and how often that was ever changed, by the directory's own record of it. */
    const accounts = (controller: DomainController) =>
      asAdministrator(controller, async (client) => {
        const attributes = ['userAccountControl', 'memberOf', 'msDS-ReplAttributeMetaData'];
        const { searchEntries } = await client.search(`OU=People,${domain.base}`, {
          filter: '(objectClass=user)',
          attributes,
        });
        return searchEntries.map((entry) => ({
          isOn: (Number(entry['userAccountControl']) & 2) === 0,
          isMember: String(entry['memberOf']).includes('VPN Users'),
          changes: Number(
            /userAccountControl[\s\S]*?<dwVersion>(\d+)</.exec(String(entry['msDS-ReplAttributeMetaData']))?.[1],
          ),
        }));
      });

    const read = (ref: string) => server.ask<Told>('GET', `${url}/${ref}`);
    const replicate = () => {
      domain.replicate(domain.first, domain.second);
      domain.replicate(domain.second, domain.first);
    };

    /** Kills the server at moments that nobody chose, and starts it again; nothing is proven meanwhile that is not so. */
    async function outlive(ref: string, kills: number): Promise<void> {
      for (let left = kills; left > 0; left -= 1) {
        await delay(Math.random() * MOST_BETWEEN_MS);
        await server.kill();
        await server.start();
        const { steps } = await read(ref);
        for (const { proof } of steps.filter(({ status }) => status === 'proven'))
          expect(proof?.every(({ holds }) => holds)).toBe(true);
      }
    }

    async function settles(ref: string, status: string): Promise<void> {
      const look = async () => {
        replicate();
        return (await read(ref)).status === status;
      };
      await until(`${ref} to be ${status}`, look, SETTLES_WITHIN_MS).catch(async (cause: unknown) => {
        throw new Error(JSON.stringify(await read(ref)), { cause });
      });
    }

    it(`loses no step and does none twice, killed ${KILLS} times`, { timeout: 900_000 }, async () => {
      const before = await accounts(domain.first);
      expect(before.every(({ isOn, isMember }) => isOn && isMember)).toBe(true);
      const order = {
        subjects: ACCOUNTS,
        facilities: ['network', 'remote-access'],
        mode: 'temporary',
        until: new Date(Date.now() + 864e5).toISOString(),
        reason: 'A lost laptop.',
      };
      const { ref } = await server.ask<Told>('POST', url, order);
      await outlive(ref, Math.ceil(KILLS / 2));
      await settles(ref, 'withdrawn');
      for (const controller of [domain.first, domain.second])
        expect((await accounts(controller)).some(({ isOn, isMember }) => isOn || isMember)).toBe(false);

      await server.ask('POST', `${url}/${ref}/restoration`, { reason: 'Found again.' });
      await outlive(ref, Math.floor(KILLS / 2));
      await settles(ref, 'restored');
      const after = await accounts(domain.second);
      expect(after.every(({ isOn, isMember }) => isOn && isMember)).toBe(true);
      expect(after.map(({ changes }) => changes)).toEqual(before.map(({ changes }) => changes + 2));
    });
  },
);
