import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFor } from '../../src/breaches/report-format.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedEvent, seedEvidence, seedFinding, seedHead, seedNotice } from '../support/seed.ts';

let server: ConsoleServer;
beforeAll(async () => {
  server = await startConsoleServer();
});
afterAll(() => server.close());

const read = (url: string, headers: Record<string, string> = {}) => server.as('security-analyst', { url, headers });

describe('GET /api/v1/breaches', () => {
  it('gives the fields that stay', async () => {
    const device = await seedDevice(server.db);
    const { ref } = await seedBreach(server.db, device.id, { count: 3 });
    const { statusCode, body } = await read(`/api/v1/breaches/${ref}`);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      ref,
      rule: 'laptop-encryption',
      clause: '5.9',
      check: 'disk-encryption',
      device: device.asset_tag,
      subject: 'C:',
      status: 'suspected',
      severity: 'critical',
      count: 3,
      firstSeen: '2026-06-04T08:32:00.000Z',
      lastSeen: '2026-06-04T08:32:00.000Z',
      duty: 'ict',
      cluster: null,
    });
  });

  it('narrows and pages, the newest first, without losing or repeating one', async () => {
    const device = await seedDevice(server.db);
    for (let index = 0; index < 5; index += 1)
      await seedBreach(server.db, device.id, { subject: `S${index}`, duty: 'holder', severity: 'low', rule: 'paged' });
    const refs: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { ref: string }[]; nextCursor: string | null } = (
        await read(
          `/api/v1/breaches?rule=paged&duty=holder&severity=low&status=suspected&device=${device.asset_tag}&limit=2${cursor && `&cursor=${cursor}`}`,
        )
      ).json();
      refs.push(...page.items.map(({ ref }) => ref));
      cursor = page.nextCursor;
    }
    expect(refs).toHaveLength(5);
    expect(refs).toEqual([...new Set(refs)].toSorted().toReversed());
  });

  it.each(['status=open', 'severity=9', 'duty=me', 'colour=red', 'limit=0', 'cursor=zzz'])(
    'refuses ?%s',
    async (query) => {
      expect((await read(`/api/v1/breaches?${query}`)).statusCode).toBe(400);
    },
  );

  it('shows nothing of another organisation', async () => {
    await server.db
      .insertInto('organisations')
      .values({ id: 'other', name: 'Other', settings: '{}', created_at: 1 })
      .execute();
    const device = await seedDevice(server.db, { organisation: 'other' });
    const { ref } = await seedBreach(server.db, device.id, { organisation: 'other', rule: 'theirs' });
    expect((await read('/api/v1/breaches?rule=theirs')).json()).toEqual({ items: [], nextCursor: null });
    for (const path of [ref, `${ref}/report`]) expect((await read(`/api/v1/breaches/${path}`)).statusCode).toBe(404);
  });

  it('is for whoever may read breaches', async () => {
    expect((await server.as('worker', { url: '/api/v1/breaches' })).statusCode).toBe(403);
    expect((await server.app.inject('/api/v1/breaches')).statusCode).toBe(401);
  });
});

describe('the report', () => {
  async function reported() {
    const device = await seedDevice(server.db, { holder: 'Sam Rivers', clock_skew_ms: 600_000 });
    const breach = await seedBreach(server.db, device.id, { duty: 'holder' });
    const erased = await seedFinding(server.db, device.id, {
      body: null,
      received_at: 1,
      verdict: 'unknown',
      reason: 'access-denied',
    });
    const kept = await seedFinding(server.db, device.id);
    for (const finding of [kept, erased]) await seedEvidence(server.db, breach.id, finding);
    await seedHead(server.db, device.id, kept.sequence, kept.link);
    await seedEvent(server.db, breach.id);
    await seedNotice(server.db, breach.id, { status: 'waiting', sent_at: null });
    return { device, breach, kept, erased };
  }

  it('as JSON has both clocks, the chain, who was told and what is not known', async () => {
    const { device, breach, kept, erased } = await reported();
    const report = (await read(`/api/v1/breaches/${breach.ref}/report?format=json`)).json();
    expect(report).toMatchObject({
      marking: 'OFFICIAL',
      reference: breach.ref,
      confirmed: false,
      severity: { byPolicy: 'critical', assessed: null },
      device: {
        assetTag: device.asset_tag,
        holder: 'Sam Rivers',
        clockSkewSeconds: 600,
        chain: { generation: 1, link: kept.link },
      },
      history: [
        {
          link: kept.link,
          observedAt: '2026-06-04T08:32:00.000Z',
          receivedAt: '2026-06-04T08:32:02.000Z',
          bodyHeld: true,
        },
        { link: erased.link, bodyHeld: false, reasonInWords: 'access to the source was denied' },
      ],
      notified: [{ role: 'information-security-team-leader', status: 'waiting', sentAt: null }],
    });
    expect(report.appears).toContain('appears');
    const unknown = report.notKnown.join('\n');
    for (const words of [
      'nobody has confirmed',
      'nobody has assessed',
      '600 seconds ahead',
      'has been erased',
      'has not been sent yet',
      'could not tell',
    ]) {
      expect(unknown).toContain(words);
    }
  });

  it("names nobody where it is ICT's to put right", async () => {
    const device = await seedDevice(server.db, { holder: 'Sam Rivers' });
    const { ref } = await seedBreach(server.db, device.id, { duty: 'ict' });
    const { body } = await read(`/api/v1/breaches/${ref}/report?format=json`);
    expect(body).not.toContain('Sam Rivers');
  });

  it('about no device says so', async () => {
    const { ref } = await seedBreach(server.db, null, {
      kind: 'person',
      subject: 'A lost folder',
      report: '{"by":"Ann","description":"Left on a train"}',
    });
    const report = (await read(`/api/v1/breaches/${ref}/report?format=json`)).json();
    expect(report.device).toBeNull();
    expect(report.appears).toBe('Reported by a person: A lost folder');
    expect(report.notKnown).toContain('Which device this is about, if it is about one.');
  });

  it('is audited under the name of the token', async () => {
    const { breach } = await reported();
    await read(`/api/v1/breaches/${breach.ref}/report`);
    const acts = await server.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'breach-report-viewed')
      .where('target', '=', `breach:${breach.ref}`)
      .execute();
    expect(acts.map(({ actor }) => actor)).toEqual(['token:security-analyst']);
  });

  it('is a PDF where one is asked for, and nothing else', async () => {
    const { breach } = await reported();
    for (const answer of [
      await read(`/api/v1/breaches/${breach.ref}/report?format=pdf`),
      await read(`/api/v1/breaches/${breach.ref}/report`, { accept: 'application/pdf' }),
    ]) {
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf']);
      expect(answer.body).toMatch(/^%PDF-1\.7\n/);
    }
    const picture = await read(`/api/v1/breaches/${breach.ref}/report`, { accept: 'image/png' });
    expect(picture.statusCode).toBe(406);
    expect((await read(`/api/v1/breaches/${breach.ref}/report?format=png`)).statusCode).toBe(400);
  });

  it('as HTML stands alone, marked', async () => {
    const { breach } = await reported();
    const { headers, body } = await read(`/api/v1/breaches/${breach.ref}/report`, {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    });
    expect(headers['content-type']).toContain('text/html');
    expect(body).toContain('<strong>OFFICIAL</strong>');
    expect(body).toContain('Nobody has confirmed it yet');
    expect(body).not.toContain('<nav');
  });
});

describe('what Accept asks for', () => {
  it.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['text/html', 'html'],
    ['text/*', 'html'],
    ['application/json;q=0.5, text/html', 'html'],
    ['text/html;q=0.1, application/*;q=0.9', 'json'],
    ['application/pdf', 'pdf'],
    ['image/png', undefined],
    ['text/html;q=0', undefined],
  ])('%s gives %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});
