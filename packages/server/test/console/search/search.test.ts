import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../../support/console-server.ts';
import { seedCouncil } from '../../support/council.ts';
import { seedBreach } from '../../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  await seedCouncil(server.db, server.clock.now());
  await seedBreach(server.db, null, {
    ref: 'BR-2026-000777',
    subject: 'a secret matter',
    kind: 'person',
    duty: 'holder',
    concealed_from: '["ann officer"]',
  });
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const search = (q: string, by: Browser = officer) => by.get(`/search?${new URLSearchParams({ q }).toString()}`);
const headings = async (q: string, by?: Browser) =>
  [...(await search(q, by)).body.matchAll(/<h2 class="govuk-heading-m">([^<]+)<\/h2>/g)].map(([, title]) => title);

describe('searching', () => {
  it.each(['BR-2026-000041', 'br-2026-000041', ' BR-2026-000041 '])('leads to what has the reference %j', async (q) => {
    const { statusCode, headers } = await search(q);
    expect([statusCode, headers.location]).toEqual([303, '/breaches/BR-2026-000041']);
  });

  it('leads to authorisations and incidents by theirs', async () => {
    expect((await search('AU-2026-000001')).headers.location).toBe('/authorisations/AU-2026-000001');
    expect((await search('IN-2026-000001')).headers.location).toBe('/incidents/IN-2026-000001');
  });

  it('finds a device by its tag and its serial number, and a person by name', async () => {
    expect((await search('dbc-04127')).body).toContain('href="/devices/DBC-04127"');
    expect((await search('PF3X9K2L')).body).toContain('href="/devices/DBC-04127"');
    expect((await search('Sam Riv')).body).toContain('href="/people/sam.rivers"');
    expect((await search('IK-D300')).body).toContain('href="/registers/sticks/IK-D300-55120"');
  });

  it('shows ten of each kind, and where the rest is', async () => {
    const { body } = await search('DBC-042');
    expect(body.match(/href="\/devices\/DBC-042/g)).toHaveLength(10);
    expect(body).toContain('href="/devices?q=DBC-042"');
  });

  it('says so where there is nothing, and asks where nothing was asked for', async () => {
    expect((await search('zzzz')).body).toContain('Nothing that you may see');
    expect((await officer.get('/search')).body).not.toContain('Nothing that you may see');
  });

  it('finds nothing of a breach that implicates the reader, by its reference as little as by its words', async () => {
    for (const q of ['BR-2026-000777', 'secret matter']) {
      const { statusCode, body } = await search(q);
      expect([statusCode, body.includes('000777</a>')]).toEqual([200, false]);
    }
    const deputy = await server.signIn('information-security-team-leader', 'Bo Deputy');
    expect((await search('BR-2026-000777', deputy)).statusCode).toBe(303);
  });

  it('shows each reader what they may read, and is for nobody without the console', async () => {
    expect(await headings('c')).toEqual(expect.arrayContaining(['Devices', 'People']));
    const worker = await server.signIn('worker', 'Sam Rivers');
    expect((await search('a', worker)).statusCode).toBe(403);
    expect((await worker.get('/report')).body).not.toContain('action="/search"');
  });
});

describe('whatever is searched for', () => {
  it.each(['%', '_', '\\', '%%%', "' or 1=1 --", '<script>alert(1)</script>', '../..', '\u0000', '\ud800', 'İ', '"'])(
    '%j is a text like any other',
    async (q) => {
      const { statusCode, body } = await search(q);
      expect([200, 400]).toContain(statusCode);
      expect(body).not.toContain('<script>alert');
      expect(body).not.toContain('href="/devices/DBC');
    },
  );

  it('never fails', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 130 }), async (q) => {
        expect((await search(q)).statusCode).toBeLessThan(500);
      }),
      { numRuns: 40 },
    ));

  it('is no longer than 120 characters, and nothing else is asked', async () => {
    expect((await search('x'.repeat(121))).statusCode).toBe(400);
    expect((await officer.get('/search?q=a&q=b')).statusCode).toBe(400);
    expect((await officer.get('/search?q[a]=b')).statusCode).toBe(400);
  });
});
