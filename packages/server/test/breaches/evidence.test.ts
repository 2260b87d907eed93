import { bodyHash, GENESIS, linkOf } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { verifyEvidence } from '../../src/evidence/verify.ts';
import { unzip } from '../../src/evidence/zip.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice, seedEvent, seedEvidence, seedFinding, seedNotice } from '../support/seed.ts';

let server: TestServer;

/** A device's chain in the database as it would have sent it; the breach rests on its second and fourth finding. */
beforeAll(async () => {
  server = await startTestServer();
  const device = await seedDevice(server.db, { asset_tag: 'DBC-00001' });
  const breach = await seedBreach(server.db, device.id, { ref: 'BR-2026-000041' });
  await seedEvent(server.db, breach.id);
  await seedNotice(server.db, breach.id);
  let previous = GENESIS;
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    const body = Buffer.from(`{"sequence":${sequence}}`);
    const hashed = bodyHash(body);
    const link = linkOf({ previous, device: device.id, generation: 1, sequence, bodyHash: hashed });
    const finding = await seedFinding(server.db, device.id, { sequence, link, body, body_hash: hashed });
    if (sequence === 2 || sequence === 4) await seedEvidence(server.db, breach.id, finding);
    previous = link;
  }
  await seedBreach(server.db, null, {
    ref: 'BR-2026-000099',
    concealed_from: '["information-security-team-leader"]',
  });
});
afterAll(() => server.close());

const url = (ref = 'BR-2026-000041') => `/api/v1/breaches/${ref}/evidence`;
const take = (role: CallerRole, ref?: string) => server.as(role, { url: url(ref) });

describe('GET /api/v1/breaches/{ref}/evidence', () => {
  it('gives a pack that verifies with the server’s key, its chain followed', async () => {
    const answer = await take('information-security-team-leader');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/zip']);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="BR-2026-000041.zip"');
    const { problems, followed, held } = verifyEvidence(answer.rawPayload, server.keys.keyId);
    expect({ problems, followed, held }).toEqual({ problems: [], followed: 3, held: 2 });
  });

  it('holds the report in three forms, what it rests on, what was told and who has looked', async () => {
    await server.as('auditor', { url: '/api/v1/breaches/BR-2026-000041/report' });
    const files = new Map(
      unzip((await take('siro')).rawPayload).map(({ name, bytes }) => [name, Buffer.from(bytes).toString('latin1')]),
    );
    expect([...files.keys()]).toEqual([
      'report.html',
      'report.pdf',
      'report.json',
      'findings.json',
      'timeline.json',
      'messages.json',
      'opened-by.json',
      'manifest.json',
      'manifest.jws',
    ]);
    expect(files.get('report.pdf')?.startsWith('%PDF-')).toBe(true);
    expect(JSON.parse(files.get('report.json') ?? '').reference).toBe('BR-2026-000041');
    const opened = JSON.parse(files.get('opened-by.json') ?? '').map(({ actor, action }: Record<string, string>) => [
      actor,
      action,
    ]);
    expect(opened).toEqual([
      ['token:information-security-team-leader', 'breach-evidence-taken'],
      ['token:auditor', 'breach-report-viewed'],
      ['token:siro', 'breach-evidence-taken'],
    ]);
  });

  it('has the policy as it was uploaded', async () => {
    const source = `beadlePolicy: 1
title: Policy
organisation: Council
version: "2026.1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules: []
`;
    const headers = { 'content-type': 'application/yaml' };
    const uploaded = await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/policies',
      headers,
      payload: source,
    });
    expect(uploaded.statusCode).toBe(201);
    const packed = unzip((await take('siro')).rawPayload).find(({ name }) => name === 'policy-1.yaml');
    expect(Buffer.from(packed?.bytes ?? []).toString()).toBe(source);
  });

  it('is for who decides about breaches, and not for whom the breach implicates', async () => {
    for (const role of ['worker', 'auditor', 'ict-operator', 'security-analyst'] as const)
      expect([role, (await take(role)).statusCode]).toEqual([role, 403]);
    expect((await take('information-security-team-leader', 'BR-2026-000099')).statusCode).toBe(404);
    expect((await take('siro', 'BR-2026-000099')).statusCode).toBe(200);
    expect((await take('siro', 'BR-2026-000001')).statusCode).toBe(404);
  });
});
