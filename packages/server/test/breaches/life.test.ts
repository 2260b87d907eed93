import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { readBreach } from '../../src/breaches/read.ts';
import { readBreachEvents } from '../../src/breaches/read-history.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice, seedState } from '../support/seed.ts';

const OFFICER = 'information-security-team-leader';
const DPO = 'data-protection-officer';
const FACTORS = {
  type: 'Confidentiality',
  sensitivity: 'Names and addresses of tenants',
  protection: 'Not encrypted, seen on the day itself',
  whatHappened: 'Lost on a train',
  reveals: 'Where somebody lives',
  howMany: 'About 40',
  who: 'Tenants',
  harm: 'Little',
};
const ASSESSMENT = {
  severity: 'high',
  factors: FACTORS,
  personalData: 'yes',
  riskLikely: 'no',
  highRisk: 'no',
  people: 40,
  consequences: 'Unwanted letters.',
  reasons: 'The list was in a locked bag.',
};

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await seedDevice(server.db, { id: 'one', asset_tag: 'DBC-1', population: 'councillor', holder: 'Ash Field' });
  await seedState(server.db, 'one', { check_name: 'disk-encryption', verdict: 'pass' });
  await seedDevice(server.db, { id: 'two', asset_tag: 'DBC-2' });
});
afterAll(() => server.close());

const post = async (role: CallerRole, url: string, payload?: object) =>
  server.as(role, { method: 'POST', url: `/api/v1/breaches${url}`, ...(payload === undefined ? {} : { payload }) });
const report = async (payload: object): Promise<string> =>
  (await post('worker', '', { title: 'A list was lost', description: 'On a train.', ...payload })).json().ref as string;
const read = async (ref: string) =>
  (await server.as(OFFICER, { method: 'GET', url: `/api/v1/breaches/${ref}` })).json();
const status = async (ref: string) => (await read(ref)).status as string;
const timeline = async (ref: string) => {
  const viewer = { organisation: ORGANISATION, name: 'test' };
  const breach = await readBreach(server.db, viewer, ref);
  const events = await readBreachEvents(server.db, ORGANISATION, breach?.id ?? '', 100);
  return events.toReversed().map(({ type, actor }) => `${type} by ${actor}`);
};

describe('a breach', () => {
  it('goes from a report to its end, and its timeline says who did what', async () => {
    const ref = await report({ category: 'paper', personalData: 'yes' });
    await post(OFFICER, `/${ref}/acknowledgement`);
    await post(OFFICER, `/${ref}/triage`, { decision: 'confirmed', reason: 'The list is gone.' });
    expect(await status(ref)).toBe('confirmed');
    await post('ict-operator', `/${ref}/containment`, { measures: 'The train company was asked.' });
    const { id } = (
      await post(OFFICER, `/${ref}/actions`, {
        title: 'Tell the tenants’ team',
        owner: 'Robin',
        due: '2026-06-10T12:00:00Z',
      })
    ).json();
    await post(OFFICER, `/${ref}/assessment`, ASSESSMENT);
    expect((await post(OFFICER, `/${ref}/closure`, { reason: 'Done.' })).json().detail).toContain('the regulator');
    await post(DPO, `/${ref}/decisions`, {
      about: 'regulator',
      decision: 'do-not-tell',
      reasons: 'No risk is likely.',
    });
    expect((await post(OFFICER, `/${ref}/closure`, { reason: 'Done.' })).json().detail).toContain(
      'Tell the tenants’ team',
    );
    await post(OFFICER, `/${ref}/actions/${id}/end`, { outcome: 'done', note: 'Told on Friday.' });
    const closed = await post(OFFICER, `/${ref}/closure`, {
      reason: 'Done.',
      rootCause: 'No bag',
      lessons: 'Lists stay.',
    });
    expect(closed.json()).toEqual({ ref, status: 'closed' });
    expect(await timeline(ref)).toEqual([
      'reported by token:worker',
      'notice-queued by beadle',
      'acknowledged by token:information-security-team-leader',
      'triaged by token:information-security-team-leader',
      'contained by token:ict-operator',
      'action-added by token:information-security-team-leader',
      'assessed by token:information-security-team-leader',
      'decided by token:data-protection-officer',
      'action-done by token:information-security-team-leader',
      'closed by token:information-security-team-leader',
    ]);
    expect(await read(ref)).toMatchObject({
      category: 'paper',
      triage: 'confirmed',
      severity: 'medium',
      assessedSeverity: 'high',
      decisions: { regulator: 'do-not-tell', individuals: null },
      mayBecome: ['acknowledge', 'reopen'],
    });
  });

  it('is opened again with a reason, and is then to be decided about anew', async () => {
    const ref = await report({});
    await post(OFFICER, `/${ref}/triage`, { decision: 'not-a-breach', reason: 'It was in the office.' });
    expect(await status(ref)).toBe('not-a-breach');
    expect((await post(OFFICER, `/${ref}/closure`, { reason: 'Again' })).statusCode).toBe(409);
    await post(OFFICER, `/${ref}/reopening`, { reason: 'It was another list.' });
    expect(await read(ref)).toMatchObject({ status: 'acknowledged', triage: null, endedAt: null });
  });

  it('is assessed only once it has been decided about, and never against itself', async () => {
    const ref = await report({});
    expect((await post(OFFICER, `/${ref}/assessment`, ASSESSMENT)).json().detail).toContain('Decide first');
    await post(OFFICER, `/${ref}/containment`, { measures: 'Asked for it back.' });
    expect((await post(OFFICER, `/${ref}/assessment`, ASSESSMENT)).json().detail).toContain('Decide first');
    await post(OFFICER, `/${ref}/triage`, { decision: 'confirmed', reason: 'So it is.' });
    const contrary = await post(OFFICER, `/${ref}/assessment`, {
      ...ASSESSMENT,
      personalData: 'no',
      riskLikely: 'yes',
    });
    expect(contrary.statusCode).toBe(400);
    expect(await read(ref)).toMatchObject({ status: 'contained', assessment: null });
    await post(OFFICER, `/${ref}/assessment`, ASSESSMENT);
    expect(await status(ref)).toBe('assessed');
  });

  it('that nobody has decided about is closed with a reason alone', async () => {
    const ref = await report({});
    expect((await post(OFFICER, `/${ref}/closure`, { reason: 'Reported twice.' })).json().status).toBe('closed');
  });

  it('is acknowledged once, by whoever acts on it first', async () => {
    const ref = await report({});
    await post('security-analyst', `/${ref}/triage`, { decision: 'near-miss', reason: 'Found at once.' });
    await post(OFFICER, `/${ref}/acknowledgement`);
    expect(await read(ref)).toMatchObject({ acknowledgedBy: 'token:security-analyst', status: 'near-miss' });
    expect(await timeline(ref)).not.toContain('acknowledged by token:information-security-team-leader');
  });
});

describe('a lost device', () => {
  it('is grave where its disk was last seen encrypted, and worse where that is not known', async () => {
    const seen = await read(await report({ category: 'lost', device: 'DBC-1' }));
    expect(seen).toMatchObject({ severity: 'high', category: 'lost' });
    expect(await read(await report({ category: 'lost', device: 'DBC-2' }))).toMatchObject({
      severity: 'critical',
    });
    expect(await read(await report({ category: 'lost' }))).toMatchObject({ severity: 'critical' });
  });
});

describe('the moment of awareness', () => {
  it('is the first report, and only the Data Protection Officer moves it', async () => {
    const ref = await report({});
    expect(await read(ref)).toMatchObject({
      awareAt: '2026-06-04T08:32:00.000Z',
      reportedAt: '2026-06-04T08:32:00.000Z',
    });
    const moved = { awareAt: '2026-06-03T16:00:00Z', reasons: 'Somebody had said so on the telephone.' };
    expect((await post(OFFICER, `/${ref}/awareness`, moved)).statusCode).toBe(403);
    expect((await post(DPO, `/${ref}/awareness`, moved)).statusCode).toBe(200);
    expect(await read(ref)).toMatchObject({ awareAt: '2026-06-03T16:00:00.000Z' });
    expect((await post(DPO, `/${ref}/awareness`, { ...moved, awareAt: '2026-06-05T16:00:00Z' })).statusCode).toBe(400);
  });
});

describe('a referral', () => {
  it('of conduct goes where the holder’s population says, and warns where nobody has been told first', async () => {
    const ref = await report({ device: 'DBC-1' });
    const referred = await post(OFFICER, `/${ref}/referrals`, {
      to: 'conduct',
      reasons: 'A third time.',
      culpability: 'negligent',
    });
    expect(referred.json()).toMatchObject({
      to: 'monitoring-officer',
      warning: expect.stringContaining('not been told'),
    });
    const police = await post(OFFICER, `/${ref}/referrals`, {
      to: 'police',
      reasons: 'It was stolen.',
      reference: 'CR/1',
    });
    expect(police.json()).toEqual({ ref, to: 'police' });
  });
});

describe('who may', () => {
  it('is the officer’s to decide, ICT’s to contain, anybody’s to report', async () => {
    const ref = await report({});
    for (const [role, act, payload] of [
      ['worker', 'triage', { decision: 'confirmed', reason: 'x' }],
      ['ict-administrator', 'triage', { decision: 'confirmed', reason: 'x' }],
      ['auditor', 'closure', { reason: 'x' }],
      ['security-analyst', 'decisions', { about: 'regulator', decision: 'tell', reasons: 'x' }],
      ['auditor', 'containment', { measures: 'x' }],
    ] as const)
      expect((await post(role, `/${ref}/${act}`, payload)).statusCode, `${role} ${act}`).toBe(403);
    expect((await post('ict-operator', `/${ref}/containment`, { measures: 'Cut off.' })).statusCode).toBe(200);
  });

  it('sees no breach that implicates them: the SIRO is told, and decides', async () => {
    const settings = (await server.as('administrator', { method: 'GET', url: '/api/v1/organisation' })).json();
    const recipients = { [OFFICER]: { name: 'Kim Vale', address: 'kim.vale@council.example' } };
    await server.as('administrator', {
      method: 'PUT',
      url: '/api/v1/organisation',
      payload: { ...settings, recipients },
    });
    const ref = await report({ implicates: ' kim vale' });
    const kim = await server.token(OFFICER, 'Kim Vale');
    const asKim = (method: 'GET' | 'POST', url: string, payload?: object) =>
      server.app.inject({ method, url, headers: { authorization: `Bearer ${kim}` }, ...(payload ? { payload } : {}) });
    expect((await asKim('GET', `/api/v1/breaches/${ref}`)).statusCode).toBe(404);
    expect((await asKim('GET', `/api/v1/breaches/${ref}/report`)).statusCode).toBe(404);
    expect((await asKim('POST', `/api/v1/breaches/${ref}/closure`, { reason: 'No.' })).statusCode).toBe(404);
    const { items } = (await asKim('GET', '/api/v1/breaches?limit=500')).json<{ items: { ref: string }[] }>();
    expect(items.map((one) => one.ref)).not.toContain(ref);
    const about = await server.db.selectFrom('notices').select(['id', 'role']).where('reference', '=', ref).execute();
    expect(about.map(({ role }) => role)).toEqual(['siro']);
    const id = about[0]?.id ?? '';
    expect(JSON.stringify((await asKim('GET', '/api/v1/notices?limit=500')).json())).not.toContain(id);
    expect((await asKim('POST', `/api/v1/notices/${id}/retry`)).statusCode).toBe(404);
    expect((await post('siro', `/${ref}/triage`, { decision: 'confirmed', reason: 'Seen.' })).statusCode).toBe(200);
  });
});
