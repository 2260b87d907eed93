import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partsOf, readStructure } from '../support/pdf-structure.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedEvent, seedEvidence, seedFinding, seedState } from '../support/seed.ts';
import { ASSESSMENT, wholeCase } from './whole-case.ts';

let server: ConsoleServer;
let ref: string;
beforeAll(async () => {
  server = await startConsoleServer();
  ref = await wholeCase(server);
});
afterAll(() => server.close());

const read = (url: string) => server.as('security-analyst', { url });
const reportOf = async (reference: string) => (await read(`/api/v1/breaches/${reference}/report?format=json`)).json();

describe('the report of a breach that people have dealt with', () => {
  it('says what they decided, each with who, when and why', async () => {
    const report = await reportOf(ref);
    const by = 'token:information-security-team-leader';
    expect(report).toMatchObject({
      title: 'Laptop of Sam Rivers left on the train to Tŷ Gwyn',
      appears: 'Reported by a person: Laptop of Sam Rivers left on the train to Tŷ Gwyn',
      confirmed: true,
      severity: { byPolicy: 'high', assessed: 'high' },
      decided: {
        category: 'lost',
        owner: null,
        triage: { by, at: '2026-06-04T10:32:00.000Z', decision: 'confirmed', reason: 'Sam Rivers says so himself' },
        containment: [{ by, measures: 'The account srivers was closed by the service desk' }],
        assessment: { by, ...ASSESSMENT },
        decisions: [{ by, about: 'regulator', decision: 'tell', reference: 'IC-1', holds: true }],
        awareness: [],
        referrals: [{ by, to: 'police', reference: 'CR/123/26', culpability: null }],
        actions: [{ title: 'Write to the tenants', owner: 'Jo Marsh', outcome: 'done', endedBy: by }],
        reopenings: [],
        closing: { by, rootCause: 'The bag was on the rack', lessons: 'Carry the laptop in hand' },
      },
    });
  });

  it('has each moment by the clock that has it, and where the 72 hours stand', async () => {
    const { moments, clocks } = await reportOf(ref);
    const none = { byDevice: null, byServer: null, byPerson: null };
    expect(moments).toMatchObject({
      happened: { ...none, byPerson: '2026-06-04T06:32:00.000Z' },
      detected: none,
      reported: { ...none, byServer: '2026-06-04T08:32:00.000Z' },
      aware: { ...none, byServer: '2026-06-04T08:32:00.000Z' },
      acknowledged: { ...none, byServer: '2026-06-04T09:32:00.000Z' },
      regulatorTold: { ...none, byPerson: '2026-06-07T23:32:00.000Z' },
      individualsTold: none,
    });
    const late = { startsAt: '2026-06-04T08:32:00.000Z', endsAt: '2026-06-07T08:32:00.000Z', standing: 'told-late' };
    expect(clocks).toEqual({ fromAware: late, fromReported: late });
  });

  it('tells of encryption as one factor, by the day, with its age', async () => {
    const { encryption } = await reportOf(ref);
    expect(encryption).toEqual({ verdict: 'pass', seenOn: '2026-06-03', ageDays: 1, asOf: 'report' });
  });

  it('has the same words on a page and in a PDF', async () => {
    const { body } = await read(`/api/v1/breaches/${ref}/report?format=html`);
    for (const words of ['Carry the laptop in hand', 'told after the time had passed', 'one factor', 'CR/123/26'])
      expect(body).toContain(words);
    expect(body).toContain('A person has confirmed that this is a breach');
    const pdf = await read(`/api/v1/breaches/${ref}/report?format=pdf`);
    expect(pdf.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="${ref}.pdf"`,
      'cache-control': 'no-store',
    });
    const structure = await readStructure(pdf.rawPayload);
    expect(structure.faults).toEqual([]);
    const headings = (html: string) => html.match(/<h2/g)?.length;
    expect(partsOf(structure.root).filter(({ type }) => type === 'H2')).toHaveLength(headings(body) ?? 0);
  });

  it('is written in a closed form, which the description of the API has', async () => {
    const description = (await server.app.inject('/api/openapi.json')).json();
    const { content } = description.paths['/api/v1/breaches/{ref}/report'].get.responses['200'];
    expect(Object.keys(content)).toEqual(['application/json', 'text/html', 'application/pdf']);
    const { schema } = content['application/json'];
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(await reportOf(ref)).toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  });
});

describe('what a report calls it', () => {
  it('"appears" until a person confirms it, and when somebody opens it again', async () => {
    const device = await seedDevice(server.db);
    const breach = await seedBreach(server.db, device.id, { check_name: 'removable-media', duty: 'holder' });
    const triage = (decision: string) =>
      server.as('information-security-team-leader', {
        method: 'POST',
        url: `/api/v1/breaches/${breach.ref}/triage`,
        payload: { decision, reason: 'It was looked at' },
      });
    const titles = async () => {
      const { title, confirmed } = await reportOf(breach.ref);
      return [title.includes('appears'), confirmed];
    };
    expect(await titles()).toEqual([true, false]);
    await triage('near-miss');
    expect(await titles()).toEqual([true, false]);
    await triage('confirmed');
    expect(await titles()).toEqual([false, true]);
    await triage('not-a-breach');
    expect(await titles()).toEqual([true, false]);
    const { decided } = await reportOf(breach.ref);
    expect(decided.triage).toMatchObject({ decision: 'not-a-breach', reason: 'It was looked at' });
  });
});

describe('encryption', () => {
  it('that was seen after it happened has no age, and says nothing of how it was', async () => {
    const device = await seedDevice(server.db, { last_contact_at: Date.parse('2026-06-07T08:00:00Z') });
    await seedState(server.db, device.id, { verdict: 'pass' });
    const { ref: reference } = await seedBreach(server.db, device.id, { rule: 'no-usb-sticks' });
    const { encryption, notKnown } = await reportOf(reference);
    expect(encryption).toEqual({ verdict: 'pass', seenOn: '2026-06-07', ageDays: null, asOf: 'document' });
    expect(notKnown.join()).toContain('was seen later');
  });
});

describe('when it happened', () => {
  it('is by the device’s clock what a device saw, and by the server’s what only the server judged', async () => {
    const device = await seedDevice(server.db);
    const seen = await seedBreach(server.db, device.id);
    const judged = await seedBreach(server.db, device.id, { rule: 'silent' });
    await seedEvidence(server.db, seen.id, await seedFinding(server.db, device.id));
    const [one, other] = [await reportOf(seen.ref), await reportOf(judged.ref)];
    const at = '2026-06-04T08:32:00.000Z';
    expect(one.moments.happened).toEqual({ byDevice: at, byServer: null, byPerson: null });
    expect(one.moments.detected).toEqual({ byDevice: at, byServer: '2026-06-04T08:32:02.000Z', byPerson: null });
    expect(other.moments.happened).toEqual({ byDevice: null, byServer: at, byPerson: null });
    expect(one.clocks).toEqual({ fromAware: null, fromReported: null });
    expect(one.notKnown.join()).toContain('no moment is on record');
  });
});

describe('a breach of which there is very much', () => {
  it('has the newest of each listed, and says how many more there are', async () => {
    const device = await seedDevice(server.db);
    const breach = await seedBreach(server.db, device.id);
    for (let count = 0; count < 210; count += 1)
      await seedEvidence(server.db, breach.id, await seedFinding(server.db, device.id));
    const event = { organisation: 'main', breach: breach.id, at: 1, actor: 'beadle', type: 'joined' };
    for (let from = 0; from < 10_000; from += 500)
      await server.db
        .insertInto('breach_events')
        .values(
          Array.from({ length: 500 }, (_, index) => ({
            ...event,
            sequence: from + index + 1,
            detail: JSON.stringify({ count: from + index, text: 'long '.repeat(300) }),
          })),
        )
        .execute();
    const report = await reportOf(breach.ref);
    expect([report.history.length, report.historyInAll, report.historyIsWhole]).toEqual([200, 210, false]);
    expect([report.timeline.length, report.timelineInAll]).toEqual([200, 10_000]);
    const { body } = await read(`/api/v1/breaches/${breach.ref}/report?format=html`);
    expect(body).toContain('10 older findings are on record and not listed here.');
    expect(body).toContain('9800 older events are on record and not listed here.');
    const pdf = await read(`/api/v1/breaches/${breach.ref}/report?format=pdf`);
    expect((await readStructure(pdf.rawPayload)).faults).toEqual([]);
    expect(pdf.rawPayload.length).toBeLessThan(500_000);
  });

  it('has what people decided listed, however much a device has told since', async () => {
    const breach = await seedBreach(server.db, null, { kind: 'person', triage: 'confirmed', triaged_at: 1 });
    await seedEvent(server.db, breach.id, {
      sequence: 1,
      type: 'triaged',
      actor: 'Ann Officer',
      detail: '{"decision":"confirmed","reason":"Seen"}',
    });
    for (let sequence = 2; sequence < 230; sequence += 1)
      await seedEvent(server.db, breach.id, { sequence, type: 'joined' });
    const { decided } = await reportOf(breach.ref);
    expect(decided.triage).toMatchObject({ by: 'Ann Officer', reason: 'Seen' });
  });
});

describe('who may read it', () => {
  it('is who may read the breach: not the officer whom it implicates', async () => {
    const breach = await seedBreach(server.db, null, { concealed_from: '["ann officer"]', kind: 'person' });
    const officer = await server.signIn('information-security-team-leader', 'Ann Officer');
    const siro = await server.signIn('siro', 'Sue Siro');
    for (const url of [
      `/breaches/${breach.ref}/report`,
      `/breaches/${breach.ref}/article-33`,
      `/api/v1/breaches/${breach.ref}/report?format=pdf`,
      `/api/v1/breaches/${breach.ref}/article-33?format=pdf`,
    ]) {
      expect([url, (await officer.get(url)).statusCode]).toEqual([url, 404]);
      expect([url, (await siro.get(url)).statusCode]).toEqual([url, 200]);
    }
    const acts = await server.db.selectFrom('audit').selectAll().where('target', '=', `breach:${breach.ref}`).execute();
    expect(acts.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'Sue Siro breach-report-viewed',
      'Sue Siro breach-article-33-viewed',
      'Sue Siro breach-report-viewed',
      'Sue Siro breach-article-33-viewed',
    ]);
  });

  it('is nobody whose role reads no breaches', async () => {
    for (const path of ['report', 'article-33'])
      expect((await server.as('worker', { url: `/api/v1/breaches/${ref}/${path}` })).statusCode).toBe(403);
  });
});
