import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice, seedFinding, seedState } from '../support/seed.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const read = (url: string) => server.as('auditor', { url });

describe('GET /api/v1/devices', () => {
  it('gives exactly the fields that stay, the last contact as a day', async () => {
    const device = await seedDevice(server.db, { holder: 'Sam Rivers' });
    await seedState(server.db, device.id);
    await seedState(server.db, device.id, { subject: 'D:', verdict: 'unknown', reason: 'locked' });
    const { statusCode, body } = await read(`/api/v1/devices/${device.asset_tag}`);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({
      assetTag: device.asset_tag,
      serialNumber: device.serial_number,
      kind: 'laptop',
      holder: 'Sam Rivers',
      population: null,
      groups: [],
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      organisation: 'main',
      generation: 1,
      lastContact: '2026-06-04',
      state: 'in-service',
      quietUntil: null,
      verdicts: { pass: 1, fail: 0, unknown: 1, exempt: 0, 'not-applicable': 0 },
    });
  });

  it('narrows by kind, holder and part of a tag or serial, whose signs are letters', async () => {
    await seedDevice(server.db, { asset_tag: 'TAG_100%', kind: 'tablet', holder: 'Kit' });
    const tags = async (query: string) =>
      (await read(`/api/v1/devices?${query}`)).json().items.map((item: { assetTag: string }) => item.assetTag);
    expect(await tags('kind=tablet')).toEqual(['TAG_100%']);
    expect(await tags('holder=Kit')).toEqual(['TAG_100%']);
    expect(await tags('q=tag_100%25')).toEqual(['TAG_100%']);
    expect(await tags('q=tag.100')).toEqual([]);
    expect(await tags('q=%25%25')).toEqual([]);
    expect(await tags(`q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
  });

  it('pages by tag', async () => {
    const first = (await read('/api/v1/devices?limit=1')).json();
    const second = (await read(`/api/v1/devices?limit=500&cursor=${first.nextCursor}`)).json();
    expect(second.nextCursor).toBeNull();
    expect(second.items.map((item: { assetTag: string }) => item.assetTag)).not.toContain(first.items[0].assetTag);
  });

  it('knows no device of another organisation', async () => {
    const theirs = await seedDevice(server.db, { organisation: 'other', asset_tag: 'THEIRS' });
    await seedFinding(server.db, theirs.id, { organisation: 'other', rule: 'theirs' });
    expect((await read('/api/v1/devices/THEIRS')).statusCode).toBe(404);
    expect((await read('/api/v1/devices?q=THEIRS')).json().items).toEqual([]);
    expect((await read('/api/v1/findings?rule=theirs')).json().items).toEqual([]);
  });
});

describe('GET /api/v1/findings', () => {
  it('gives exactly the fields that stay', async () => {
    const device = await seedDevice(server.db);
    const finding = await seedFinding(server.db, device.id, { rule: 'one', verdict: 'unknown', reason: 'locked' });
    expect((await read('/api/v1/findings?rule=one')).json()).toEqual({
      items: [
        {
          id: `${device.id}.1.${finding.sequence}`,
          device: device.asset_tag,
          seq: finding.sequence,
          rule: 'one',
          clause: '5.9',
          check: 'disk-encryption',
          subject: 'C:',
          kind: 'state',
          verdict: 'unknown',
          reason: 'locked',
          severity: 'critical',
          observedAt: '2026-06-04T08:32:00.000Z',
          receivedAt: '2026-06-04T08:32:02.000Z',
          policyVersion: '2026.1',
        },
      ],
      nextCursor: null,
    });
  });

  it('pages through findings that arrived together, the newest first', async () => {
    const device = await seedDevice(server.db);
    for (let index = 0; index < 5; index += 1) await seedFinding(server.db, device.id, { rule: 'many' });
    const seqs: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { seq: number }[]; nextCursor: string | null } = (
        await read(
          `/api/v1/findings?device=${device.asset_tag}&rule=many&check=disk-encryption&verdict=fail&limit=2${cursor && `&cursor=${cursor}`}`,
        )
      ).json();
      seqs.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    expect(seqs).toHaveLength(5);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
  });

  it('since a moment counts what arrived late', async () => {
    const device = await seedDevice(server.db);
    await seedFinding(server.db, device.id, {
      rule: 'late',
      at: Date.parse('2026-05-01T00:00:00Z'),
      received_at: Date.parse('2026-06-10T00:00:00Z'),
    });
    expect((await read('/api/v1/findings?rule=late&since=2026-06-10T00:00:00Z')).json().items).toHaveLength(1);
    expect((await read('/api/v1/findings?rule=late&since=2026-06-10')).json().items).toHaveLength(1);
    expect((await read('/api/v1/findings?rule=late&since=2026-06-10T00:00:01Z')).json().items).toEqual([]);
    expect((await read('/api/v1/findings?since=yesterday-at-noon')).statusCode).toBe(400);
  });
});
