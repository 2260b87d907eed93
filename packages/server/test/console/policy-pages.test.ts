import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedDevice, seedState } from '../support/seed.ts';

const policyText = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../../policies', `${name}.yaml`), 'utf8');

let server: ConsoleServer;
let auditor: Browser;

const upload = (payload: string) =>
  server.as('administrator', {
    method: 'POST',
    url: '/api/v1/policies',
    headers: { 'content-type': 'application/yaml' },
    payload,
  });
/** What a reader sees of a page. */
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&#39;', "'");

beforeAll(async () => {
  server = await startConsoleServer({ start: '2026-11-23T09:00:00Z' });
  auditor = await server.signIn('auditor');
});
afterAll(() => server.close());

describe('the pages of policies', () => {
  it('say where there is none', async () => {
    const { statusCode, body } = await auditor.get('/policies');
    expect([statusCode, textOf(body)]).toEqual([200, expect.stringContaining('No policy has been uploaded yet')]);
  });

  it('list each version with its standing, for whom and by whom', async () => {
    await upload(policyText('dacorum'));
    const councillors = policyText('dacorum')
      .replace('version: "2026.1"', 'version: councillors/1 & more')
      .replace('rules:', 'populations: [councillor]\nrules:')
      .replace('effectiveFrom: 2026-11-01', 'effectiveFrom: 2026-12-01');
    await upload(councillors);
    const { body } = await auditor.get('/policies');
    const text = textOf(body);
    expect(text).toMatch(
      /councillors\/1 &amp; more .* Coming Councillor 1 December 2026 .* by the program administrator/,
    );
    expect(text).toMatch(/2026\.1 .* In force Everybody 23 November 2026/);
    const [, href = ''] = /href="(\/policies\/councillors[^"]+)"/.exec(body) ?? [];
    expect((await auditor.get(href)).statusCode).toBe(200);
  });

  it('account for every clause in plain words, with who signed it, for whom and since when', async () => {
    const device = await seedDevice(server.db);
    await seedState(server.db, device.id, { verdict: 'fail' });
    const { statusCode, body } = await auditor.get('/policies/2026.1');
    expect(statusCode).toBe(200);
    const text = textOf(body);
    for (const words of [
      'Version 2026.1 (in force)',
      'For Everybody',
      'In force from 23 November 2026 at 9:00am',
      'Put in force and signed by the program administrator, 23 November 2026 at 9:00am',
      'Breaches are first reported to Information Security Team Leader',
      'Clause 5.9 Kept in part Laptops, (home or remote) routers must be encrypted',
      'Suspended at most: 1 day',
      'Devices now: 0 passing, 1 failing, 0 not known, 0 excused',
      'Install within: critical 14 days, high 14 days, unknown 14 days',
      'Excused by: emergency plan stick, approved by the Information Security Team Leader, for 1 year at most, encrypted only',
      'paper at home, approved by the assistant director, for 90 days at most',
      'Clause 5.23 Switched off',
      'Clause 5.22 Kept by people alone',
      'Appendix 1 Kept by people alone',
    ])
      expect(text).toContain(words);
    expect(body.match(/class="app-clause"/g)).toHaveLength(58);
  });

  it('show a worker the words and no figure of devices', async () => {
    const worker = await server.signIn('worker');
    const { statusCode, body } = await worker.get('/policies/2026.1');
    expect([statusCode, body.includes('Devices now')]).toEqual([200, false]);
  });

  it('know no other version', async () => {
    expect((await auditor.get('/policies/1999')).statusCode).toBe(404);
  });
});
