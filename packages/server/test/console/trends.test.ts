import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedCouncil } from '../support/council.ts';
import { seedTrends } from '../support/seed-trends.ts';

let server: ConsoleServer;
let officer: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  await seedCouncil(server.db, server.clock.now());
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

describe('the trends', () => {
  it('say in words that nothing has been noted yet, and draw nothing', async () => {
    const { body } = await officer.get('/trends');
    expect(body).toContain('No day has been noted yet');
    expect(body).not.toContain('role="img"');
  });

  it('stand on the overview in a sentence, a drawing with its words, and a table', async () => {
    await seedTrends(server.db, server.clock.now());
    const { body } = await officer.get('/');
    expect(body).toContain('Failing fell from 41 to 12 devices between 7 March 2026 and 4 June 2026.');
    expect(body).toMatch(/role="img" aria-labelledby="standing-wide-title standing-wide-summary"/);
    expect(body).toContain('Suspected breaches by people, each week');
    expect(body).toContain('not noted');
    expect(body).not.toMatch(/style=|NaN/);
  });

  it('are of one rule where one is asked for, and of none that nobody noted', async () => {
    expect((await officer.get('/trends?rule=security-updates')).body).toContain('Security updates: devices, each day');
    expect((await officer.get('/trends?rule=nothing')).statusCode).toBe(404);
    expect((await officer.get('/trends?more=1')).statusCode).toBe(400);
  });

  it('are for whoever may read of devices', async () => {
    const worker = await server.signIn('worker', 'Sam Rivers');
    expect((await worker.get('/trends')).statusCode).toBe(403);
  });
});
