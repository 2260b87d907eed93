import { PATHS } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

describe('the application', () => {
  it('answers an address that does not exist with a problem', async () => {
    const answer = await server.app.inject('/api/v1/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json()).toMatchObject({ type: 'urn:beadle:problem:not-found', status: 404, code: 'not-found' });
  });

  it('publishes its OpenAPI document and pages that read it', async () => {
    const document = await server.app.inject('/api/openapi.json');
    expect(document.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Beadle' } });
    const pages = await server.app.inject('/api/docs/');
    expect(pages.statusCode).toBe(200);
    expect(pages.headers['content-security-policy']).toMatch("script-src 'self'");
  });

  it('lives, and is ready while jobs are run', async () => {
    expect((await server.app.inject('/health/live')).json()).toEqual({ status: 'live' });
    expect((await server.app.inject('/health/ready')).statusCode).toBe(503);
    server.app.jobs.start();
    expect((await server.app.inject('/health/ready')).json()).toEqual({ status: 'ready' });
  });

  it('lets no script in that is not its own', async () => {
    const { headers } = await server.app.inject('/health/live');
    expect(headers['content-security-policy']).toMatch(/script-src 'self' 'nonce-[0-9a-f]{32}'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('/metrics', () => {
  it('is open to this machine', async () => {
    const answer = await server.app.inject('/metrics');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toMatch(/^beadle_devices 0$/m);
    expect(answer.body).toMatch(/^beadle_jobs_dead 0$/m);
  });

  it('takes a permission from elsewhere, and behind a proxy', async () => {
    expect((await server.app.inject({ url: '/metrics', remoteAddress: '10.0.0.9' })).statusCode).toBe(401);
    expect((await server.app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '10.0.0.9' } })).statusCode).toBe(
      401,
    );
    expect((await server.as('worker', { url: '/metrics', remoteAddress: '10.0.0.9' })).statusCode).toBe(403);
    expect((await server.as('ict-administrator', { url: '/metrics', remoteAddress: '10.0.0.9' })).statusCode).toBe(200);
  });
});

describe('the limit of requests', () => {
  it('does not count devices as the people who come from the same address', async () => {
    const enrolment = { method: 'POST', url: PATHS.enrolments, payload: {} } as const;
    const statuses = new Set<number>();
    for (let count = 0; count < 1300; count += 1) statuses.add((await server.app.inject(enrolment)).statusCode);
    expect([...statuses].filter((status) => status === 429 || status >= 500)).toEqual([]);
    expect((await server.app.inject('/health/live')).statusCode).toBe(200);
  });
});
