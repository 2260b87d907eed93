import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../packages/server/src/audit/verify.ts';
import { verifyChains } from '../packages/server/src/carry/chains.ts';
import { ORGANISATION } from '../packages/server/src/organisation/store.ts';
import { fill } from '../scripts/demo/fill.ts';
import { OFFICERS } from '../scripts/demo/people.ts';
import { COUNCIL, MARKING } from '../scripts/demo/policy.ts';
import { type DemoServer, openServer } from '../scripts/demo/server.ts';
import { createWorld } from '../scripts/simulated/clock.ts';
import { ROOT } from './support/processes.ts';

const NOW = Date.parse('2026-11-26T15:40:00Z');
const NOTICE = 'All of it is invented';
/** Pages that differ only in which entry they show: of each so many. */
const ALIKE = 3;

describe('the invented council of npm run demo, in small', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-demo-'));
  let server: DemoServer;
  let browser: Readonly<Record<string, string>>;

  async function invent(name: string): Promise<DemoServer> {
    const environment = {
      BEADLE_SERVER_DATABASE: join(folder, name),
      BEADLE_SERVER_KEYS_FOLDER: join(folder, `${name}-keys`),
      BEADLE_SERVER_MAIL_FOLDER: join(folder, `${name}-mail`),
      BEADLE_SERVER_NOTICE: NOTICE,
    };
    const policy = join(ROOT, 'policies/dacorum.yaml');
    await fill({ environment, policy, devices: 12, weeks: 6, seed: 1, now: NOW });
    const world = createWorld(new Date(NOW + 60_000).toISOString());
    return openServer({ world, environment, seed: 2 });
  }

  beforeAll(async () => {
    server = await invent('once');
    browser = await server.signIn(OFFICERS.officer);
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (url: string) => server.app.inject({ url, headers: browser });

  it('has a whole record of each device, and a whole audit log', async () => {
    const { chains, broken } = await verifyChains(server.db);
    expect(broken).toEqual([]);
    expect(chains).toBeGreaterThan(9);
    expect(await verifyAudit(server.db, ORGANISATION)).toMatchObject({ intact: true });
  });

  it('left no work undone, and no message unsent', async () => {
    const jobs = server.db.selectFrom('jobs').select(['kind', 'last_error']).where('last_error', 'is not', null);
    expect(await jobs.execute()).toEqual([]);
    const unsent = server.db.selectFrom('notices').select('title').where('status', '!=', 'sent');
    expect(await unsent.execute()).toEqual([]);
  });

  it('says in each message and each report that it is invented', async () => {
    const messages = readdirSync(join(folder, 'once-mail')).map((name) =>
      readFileSync(join(folder, 'once-mail', name), 'utf8'),
    );
    expect(messages.length).toBeGreaterThan(5);
    expect(messages.filter((text) => !text.includes(MARKING))).toEqual([]);
    const [{ ref }] = (await server.db.selectFrom('breaches').select('ref').execute()) as [{ ref: string }];
    for (const kind of ['report', 'article-33'])
      expect((await get(`/api/v1/breaches/${ref}/${kind}?format=html`)).body).toContain(MARKING);
  });

  it('has something in each part of the overview', async () => {
    const { body } = await get('/');
    const ids = [...body.matchAll(/<h2 class="govuk-heading-m" id="([a-z]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['officer', 'ict', 'clocks', 'paper', 'unknown', 'quiet', 'better', 'rules']),
    );
    const empty = ['No suspected breach', 'No device is waiting', 'No device has put anything right'];
    expect(empty.filter((words) => body.includes(words))).toEqual([]);
    const told = ['never enrolled', 'not heard from for', 'only watched', 'in grace', 'put right'];
    expect(told.filter((words) => !body.includes(words))).toEqual([]);
  });

  it('says on every page that it is invented, and answers each link', async () => {
    const waiting = ['/'];
    const seen = new Set(waiting);
    const alike = new Map<string, number>();
    const wrong: string[] = [];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const { statusCode, headers, body } = await get(path);
      if (statusCode === 303 && headers.location !== undefined) waiting.push(headers.location);
      else if (statusCode !== 200) wrong.push(`${statusCode} ${path}`);
      if (statusCode === 303 || !String(headers['content-type']).startsWith('text/html')) continue;
      if (!body.includes(MARKING) || !body.includes(COUNCIL)) wrong.push(`not marked: ${path}`);
      for (const [, href = ''] of body.matchAll(/<a [^>]*href="(\/[^"#]*)/g)) {
        const link = href.replaceAll('&amp;', '&');
        const form = link
          .replaceAll(/[^/?&=]*\d[^/?&=]*/g, 'N')
          .replace(/^(\/people|\/groups|\/roles)\/[^/?]+/, '$1/N');
        const count = alike.get(form) ?? 0;
        if (seen.has(link) || count >= ALIKE) continue;
        seen.add(link);
        alike.set(form, count + 1);
        waiting.push(link);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(60);
    expect((await get('/')).body).toContain(NOTICE);
  });

  it('is the same for the same seed and moment', async () => {
    const again = await invent('again');
    const happened = ({ db }: DemoServer) =>
      db
        .selectFrom('breach_events')
        .select(['at', 'actor', 'type', 'detail'])
        .orderBy('breach')
        .orderBy('sequence')
        .execute();
    expect(await happened(again)).toEqual(await happened(server));
    await again.close();
  });

  it('has a case of each kind that the console shows', async () => {
    const breaches = await server.db.selectFrom('breaches').selectAll().execute();
    const of = (rule: string) => breaches.filter((breach) => breach.rule === rule);
    expect(of('reported-by-a-person').some(({ regulator_decision: decision }) => decision === 'tell')).toBe(true);
    expect(
      of('reported-by-a-person').some(({ category, status }) => category === 'lost' && status === 'contained'),
    ).toBe(true);
    expect(of('memory-sticks').some(({ acknowledged_at: at }) => at === null)).toBe(true);
    const [{ cluster } = { cluster: null }] = of('malware-protection');
    expect(of('malware-protection').filter((one) => one.cluster === cluster).length).toBeGreaterThan(1);
    const policies = await server.db.selectFrom('policies').selectAll().execute();
    expect(policies).toHaveLength(3);
  });
});
