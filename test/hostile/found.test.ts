import { signerOf } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingOf, headerOf, linesOf, newKey, signedShot, type Signing } from './device.ts';
import { startServer, type Server } from './server.ts';
import type { Shot } from './shot.ts';
import { createWorld, type World } from './world.ts';

/** Each fault that attacks have found, in its smallest form. */
let server: Server;
let world: World;
const errors: string[] = [];

beforeAll(async () => {
  server = await startServer('found', (line) => void (line.includes('"level":50') && errors.push(line)));
  world = await createWorld(server);
});
afterAll(() => server.close());

const as = (role: 'administrator' | 'worker' = 'administrator') => ({
  authorization: `Bearer ${world.a.tokens[role]}`,
});
const get = (url: string) => server.fire({ method: 'GET', url, headers: as() });
const post = (url: string, body: unknown) =>
  server.fire({
    method: 'POST',
    url,
    headers: { ...as(), 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });

const SALT = 'a'.repeat(22);
const AT = '2026-11-23T09:00:00Z';

/** A check-in of the device whose owner attacks, signed with its real key. */
async function checkIn(payload: Buffer, more: Partial<Signing & Shot> = {}) {
  server.clock.time += 10;
  const { signer } = world.a.owned;
  const shot = signedShot({ path: '/agent/v1/check-ins', body: payload, signer, counter: server.clock.now(), ...more });
  const answer = await server.fire({ ...shot, url: more.url ?? shot.url });
  if (answer.status === 200) world.a.owned.head = JSON.parse(answer.body).head;
  return answer;
}
const findings = (...changes: Parameters<typeof findingOf>[2][]) =>
  linesOf(
    headerOf(world.a.owned, AT),
    changes.map((change) => findingOf(SALT, AT, change)),
  );

describe('a laptop whose owner signs what they like', () => {
  it.each(['2026-13-01T00:00:00Z', '2026-04-31T00:00:00Z', '2026-06-04T24:00:00Z', '2026-06-04T08:32:60Z'])(
    'is refused a finding at %s, which is no time',
    async (at) => expect((await checkIn(findings({ at }))).status).toBe(400),
  );

  it('is refused facts that nest deeper than a program can follow', async () => {
    const header = JSON.stringify({ ...headerOf(world.a.owned, AT), facts: { patches: { at: AT, facts: '@' } } });
    for (const deep of [40, 100_000]) {
      const facts = '['.repeat(deep) + ']'.repeat(deep);
      expect((await checkIn(Buffer.from(`${header.replace('"@"', () => facts)}\n`))).status).toBe(400);
    }
  });

  it('is refused a chain that goes on behind the last sequence that a number can count', async () => {
    const { head } = world.a.owned;
    const gap = { from: head.sequence + 1, to: 2 ** 53 - 1, lastLink: head.link, cause: 'outbox-lost', lost: null };
    const bodies = [{ salt: SALT, at: AT, gap }, findingOf(SALT, AT), findingOf(SALT, AT)];
    const answer = await checkIn(linesOf(headerOf(world.a.owned, AT), bodies));
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('2^53 - 1');
  });

  it('may name subjects that no database can keep: they are kept as near as can be, and told apart no more', async () => {
    const bodies = findings({ subject: 'a\u0000' }, { subject: 'a\uD800' }, { subject: 'a\uDFFF' });
    expect((await checkIn(bodies)).status).toBe(200);
    const { body } = await get('/api/v1/findings?limit=3');
    expect(JSON.parse(body).items.map(({ subject }: { subject: string }) => subject)).toEqual([
      'a\uFFFD',
      'a\uFFFD',
      'a\uFFFD',
    ]);
  });

  it('cannot keep people from looking at it by values that look like times and are none', async () => {
    const observed = { startedAt: 1e300, since: 8.65e15, at: '2026-99-99T99:99', list: ['2026-99-99T99:99'] };
    const header = { ...headerOf(world.a.owned, AT), facts: { patches: { at: AT, facts: observed } } };
    expect((await checkIn(linesOf(header, [findingOf(SALT, AT, { subject: '/odd', observed })]))).status).toBe(200);
    expect((await get(`/devices/${world.a.owned.assetTag}`)).status).toBe(200);
    const { items } = JSON.parse((await get(`/api/v1/breaches?device=${world.a.owned.assetTag}`)).body);
    for (const { ref } of items) expect((await get(`/breaches/${ref}`)).status).toBe(200);
  });

  it('signs the whole query, what follows a second question mark included', async () => {
    const signed = { query: '?a', url: '/agent/v1/check-ins?a' };
    expect((await checkIn(findings(), signed)).status).toBe(200);
    expect((await checkIn(findings(), { ...signed, url: '/agent/v1/check-ins?a?b' })).status).toBe(401);
  });

  it('is told nothing by a key that is not its own', async () => {
    const signer = { ...signerOf(newKey()), keyId: world.a.good.signer.keyId };
    expect((await checkIn(findings(), { signer })).status).toBe(401);
  });
});

describe('a person', () => {
  it('may report what somebody has reported already, in the same words', async () => {
    const report = { title: 'Lost', description: 'On a train', device: world.a.owned.assetTag };
    const refs = [await post('/api/v1/breaches', report), await post('/api/v1/breaches', report)].map(
      ({ body }) => JSON.parse(body).ref,
    );
    expect(new Set(refs).size).toBe(2);
  });

  it.each(['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z'])('is told that %s is no time', async (happenedAt) => {
    expect((await post('/api/v1/breaches', { title: 'x', description: 'x', happenedAt })).status).toBe(400);
  });

  it.each(['toString', 'constructor', '__proto__'])('may follow a link with ?done=%s', async (done) => {
    const answer = await get(`/breaches/${world.a.ids['ref']?.[0]}?done=${done}`);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toMatch(/native code|\[object/);
  });

  it.each(['%zz', '%ff%fe', '%', 'x'.repeat(201)])(
    'is answered with a problem document at the address %s',
    async (part) => {
      const answer = await get(`/api/v1/devices/${part}`);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(answer.body)).toMatchObject({
        status: answer.status,
        code: part.startsWith('x') ? 'not-found' : 'validation',
      });
    },
  );

  it('is refused text that no database can keep, wherever it stands', async () => {
    const texts = ['a\u0000', '\uD800', 'b\uDFFF'];
    for (const description of texts)
      expect((await post('/api/v1/breaches', { title: 'x', description })).status).toBe(400);
    expect((await get('/api/v1/findings?rule=a%00')).status).toBe(400);
    expect((await get('/api/v1/devices/a%00')).status).toBe(400);
    expect((await get('/breaches?device=%00')).status).toBe(400);
  });

  it.each([
    ['[1.5,"a"]'],
    ['[1e999,"a"]'],
    ['[9007199254740992,"a"]'],
    [String.raw`[1,"\u0000"]`],
    [String.raw`[1,"\ud800"]`],
  ])('cannot make a cursor such as %s', async (text) => {
    const answer = await get(`/api/v1/breaches?cursor=${Buffer.from(text).toString('base64url')}`);
    expect(JSON.parse(answer.body).code).toBe('bad-cursor');
  });
});

describe('none of it', () => {
  it('is an error to the log', () => expect(errors).toEqual([]));
});
