import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { startListener } from '../../scripts/bench/orders-listener.ts';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { enrolDevice, type KeptDevice } from '../../scripts/fleet/device.ts';
import type { Result } from '../../scripts/fleet/result.ts';
import { policyInReport } from '../../scripts/start/policy.ts';
import { deploymentSql } from '../support/deployment-sql.ts';
import { HASTE, onServer, type RunningPostgres, startPostgres } from '../support/postgres-server.ts';
import { freePort, ROOT, spawnNode, until } from '../support/processes.ts';
import { compare } from '../support/acknowledged.ts';
import { type Running, startBalancer, startPooler } from '../support/balanced.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';

const why = whySkipped('haproxy', 'pgbouncer');
const DEVICES = 200;
const DAYS_AWAY = 8;
const PER_DAY = 5;
const SERVED_AGAIN_WITHIN_MS = 5_000;

/** What haproxy is told, by docs/deployment.md, before `server` is stopped. */
function documentedDrain(server: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8');
  const [, backends = ''] = /^for backend in (.+); do$/m.exec(text) ?? [];
  const [, command = ''] = /^ {2}echo "(set server .+)" \|/m.exec(text) ?? [];
  return backends.split(' ').map((backend) => command.replace('$backend', backend).replace('two', server));
}

const tell = (socket: string, command: string): Promise<string> => textOf(connect(socket).end(`${command}\n`));

/** Whether haproxy has found `server` to be there, in each of its backends. */
const isUp = async (socket: string, server: string): Promise<boolean> =>
  [...(await tell(socket, 'show stat')).matchAll(new RegExp(`^\\w+,${server},.*,UP,`, 'gm'))].length === 3;

describe.skipIf(why !== undefined)(
  `two servers on one PostgreSQL, behind haproxy and pgbouncer${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let folder: string;
    let postgres: RunningPostgres;
    let direct: string;
    let pooler: Running & { readonly url: string };
    let balancer: Awaited<ReturnType<typeof startBalancer>>;
    let origin: string;
    let one: RealServer;
    let two: RealServer;
    let database: pg.Client;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'beadle-several-'));
      postgres = await startPostgres({ flags: HASTE });
      await onServer(postgres.url, 'create database several');
      direct = `${postgres.url}several`;
      for (const statement of deploymentSql().behindAPooler) await onServer(postgres.url, statement);
      pooler = await startPooler(folder, direct);
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      const settings = {
        BEADLE_SERVER_DATABASE_DIRECT: direct,
        BEADLE_SERVER_TRUSTED_PROXIES: '127.0.0.1',
        BEADLE_SERVER_LOG_LEVEL: 'warn',
      };
      const options = { database: pooler.url, folder, knownAs: origin, settings };
      // Both at once, on a database that is empty.
      [one, two] = await Promise.all([
        startRealServer({ ...options, policy: policyInReport('policies/dacorum.yaml') }),
        startRealServer(options),
      ]);
      balancer = await startBalancer(folder, [one.port, two.port], port);
      database = new pg.Client({ connectionString: direct });
      await database.connect();
    });

    afterAll(async () => {
      await database?.end();
      await balancer?.stop();
      await Promise.all([one?.stop(), two?.stop()]);
      await pooler?.stop();
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const count = async (query: string): Promise<number> => {
      const { rows } = await database.query<{ count: string }>(`select count(*) as count from ${query}`);
      return Number(rows[0]?.count);
    };
    const streamsAt = async (server: RealServer): Promise<number> =>
      Number(/^beadle_streams_open (\d+)/m.exec(await (await fetch(`${server.origin}/metrics`)).text())?.[1] ?? 0);

    it('bring an order of one to a device that listens at the other', async () => {
      await one.ask('PUT', '/api/v1/organisation', {
        ...(await one.ask<object>('GET', '/api/v1/organisation')),
        dpiaReference: 'none: a test',
        staffToldOn: '2026-11-01',
        consultationRecord: 'none: a test',
      });
      const token = await one.enrolmentToken('DBC-1');
      const transport = createTransport(origin);
      const device = await enrolDevice({ server: origin, token, serialNumber: 'DBC-1', transport });
      await transport.close();
      const reported = Promise.withResolvers<string>();
      const listener = startListener(two.origin, device, reported.resolve);
      await listener.opened;
      const lock = { kind: 'lock', until: null, reason: 'lost', notice: 'Call ICT.', telephone: '0' };
      const from = performance.now();
      const { id } = await one.ask<{ id: string }>('POST', '/api/v1/devices/DBC-1/orders', lock);
      expect(await reported.promise).toBe(id);
      const milliseconds = Math.round(performance.now() - from);
      console.log(`An order at one server had its effect at the other after ${milliseconds} ms.`);
      expect(milliseconds).toBeLessThan(5_000);
      expect(two.log()).not.toMatch(/pooler/);
    });

    it('do once what is due, though both look at the same second', async () => {
      const kinds = ['retention', 'judging', 'daily-standing'];
      const named = kinds.map((kind) => `'${kind}'`).join(', ');
      await until('the first rounds', async () => (await count(`jobs where status = 'running'`)) === 0);
      const before = await count(`jobs where status = 'done' and kind in (${named})`);
      const applied = await count(`audit where action = 'retention-applied'`);
      await database.query(`update jobs set run_at = created_at where status = 'waiting' and kind in (${named})`);
      const done = () => count(`jobs where status = 'done' and kind in (${named})`);
      await until('the jobs', async () => (await done()) >= before + kinds.length);
      expect(await done()).toBe(before + kinds.length);
      expect(await count(`jobs where kind in (${named}) and attempts > 1`)).toBe(0);
      expect(await count(`audit where action = 'retention-applied'`)).toBe(applied + 1);
      expect(await count(`jobs where status = 'waiting' and kind in (${named})`)).toBe(kinds.length);
    });

    it('count together how often a password is tried from one address', async () => {
      const statuses: number[] = [];
      for (let tries = 1; tries <= 21; tries += 1) {
        const body = new URLSearchParams({ name: 'nobody', password: 'not-this-one' });
        const answer = await fetch(`${origin}/sign-in`, {
          method: 'POST',
          body,
          headers: { origin },
          redirect: 'manual',
        });
        statuses.push(answer.status);
        await answer.arrayBuffer();
      }
      expect(statuses.indexOf(429)).toBe(20);
    });

    it(`lose nothing that was acknowledged, and serve on, where one is killed in a storm of ${DEVICES}`, async () => {
      const keep = join(folder, 'fleet');
      const numbers = { devices: DEVICES, seconds: 9, 'return-within': 7, backlog: DAYS_AWAY, 'per-day': PER_DAY };
      const token = await one.ask<{ token: string }>('POST', '/api/v1/tokens', {
        name: 'fleet',
        role: 'administrator',
        expiresAt: new Date(Date.now() + 864e5).toISOString(),
      });
      const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
      const fleet = spawnNode([
        'scripts/fleet/main.ts',
        '--server',
        origin,
        '--token',
        token.token,
        '--keep',
        keep,
        '--streams',
        '--workers',
        '2',
        ...args,
      ]);
      await until(
        'half of the storm',
        async () => {
          if (fleet.child.exitCode !== null) throw new Error(fleet.output().stderr);
          await delay(50);
          return (await count('findings')) > (DEVICES * DAYS_AWAY * PER_DAY) / 2;
        },
        120_000,
      );
      const [listeningAtOne, listeningAtTwo] = [await streamsAt(one), await streamsAt(two)];
      const arrivedBefore = await count('findings');
      console.log(fleet.output().stderr);
      const killedAt = performance.now();
      await one.kill();
      await until('an answer', async () => (await fetch(`${origin}/health/ready`).catch(() => undefined))?.ok === true);
      const answeredAfter = performance.now() - killedAt;
      expect(await fleet.ended).toBe(0);

      const result = JSON.parse(fleet.output().stdout) as Result;
      const devices = JSON.parse(readFileSync(join(keep, 'fleet.json'), 'utf8')) as KeptDevice[];
      const compared = await compare(direct, devices);
      console.log(
        JSON.stringify({
          arrivedBefore,
          listeningAtOne,
          listeningAtTwo,
          answeredAfter: Math.round(answeredAfter),
          ...result,
          ...compared,
        }),
      );
      expect(compared).toMatchObject({ devices: DEVICES, kept: result.findings, acknowledged: result.findings });
      expect(compared.different).toEqual([]);
      expect(result).toMatchObject({ errors: 0, findings: DEVICES * DAYS_AWAY * PER_DAY });
      expect(answeredAfter).toBeLessThan(SERVED_AGAIN_WITHIN_MS);
      expect(result.streams?.cut).toBeGreaterThanOrEqual(listeningAtOne);
      expect(result.streams?.longestAwayMs).toBeLessThan(SERVED_AGAIN_WITHIN_MS);
    });

    it('answer everybody while one is taken out and stopped, as for an upgrade', async () => {
      await one.start();
      await until('haproxy to find it', () => isUp(balancer.socket, 'one'));
      const statuses: number[] = [];
      const over = new AbortController();
      const asking = Promise.all(
        ['/health/live', '/sign-in', '/health/ready'].map(async (path) => {
          while (!over.signal.aborted) {
            const answer = await fetch(`${origin}${path}`).catch(() => undefined);
            statuses.push(answer?.status ?? 0);
            await answer?.arrayBuffer();
            await delay(20);
          }
        }),
      );
      await until('questions', () => statuses.length > 10);
      for (const command of documentedDrain('two')) expect((await tell(balancer.socket, command)).trim()).toBe('');
      const before = statuses.length;
      await until('what was under way', () => statuses.length > before + 10);
      expect(await two.stop()).toBe(0);
      const asked = statuses.length;
      await until('more questions', () => statuses.length > asked + 30);
      over.abort();
      await asking;
      expect(
        Object.fromEntries([...Map.groupBy(statuses, String)].map(([status, all]) => [status, all.length])),
      ).toEqual({
        200: statuses.length,
      });
    });
  },
);
