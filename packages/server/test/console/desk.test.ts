import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, form, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedState } from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;
let dpo: Browser;
let ict: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
  dpo = await server.signIn('data-protection-officer', 'Dee Protector');
  ict = await server.signIn('ict-operator', 'Ian Technician');
});
afterAll(() => server.close());

const opened = async (given: Parameters<typeof seedBreach>[2] = {}) => {
  const device = await seedDevice(server.db, { holder: 'Sam Rivers', population: 'councillor' });
  return seedBreach(server.db, device.id, { duty: 'holder', kind: 'event', check_name: 'removable-media', ...given });
};
const confirmed = {
  status: 'confirmed',
  triage: 'confirmed',
  notified_at: 1,
  acknowledged_at: 1,
  acknowledged_by: 'Ann Officer',
};
const rowOf = (ref: string) =>
  server.db.selectFrom('breaches').selectAll().where('ref', '=', ref).executeTakeFirstOrThrow();
const eventsOf = async (ref: string) => {
  const { id } = await rowOf(ref);
  const rows = await server.db
    .selectFrom('breach_events')
    .selectAll()
    .where('breach', '=', id)
    .orderBy('sequence')
    .execute();
  return rows.map(({ type, actor, detail }) => ({ type, actor, detail: JSON.parse(detail) }));
};

const ASSESSMENT = {
  type: 'Confidentiality',
  sensitivity: 'Names',
  protection: 'Encrypted',
  whatHappened: 'Lost',
  reveals: 'Not known',
  howMany: '40',
  who: 'Tenants',
  harm: 'Distress',
  personalData: 'yes',
  riskLikely: 'no',
  highRisk: 'no',
  consequences: 'None that are likely',
  severity: 'low',
  reasons: 'Encrypted and off',
};

/** The links of the desk, by the end of their address. */
const linksOf = (html: string, ref: string) =>
  [...html.matchAll(new RegExp(`href="/breaches/${ref}/([a-z/]+)"`, 'g'))].map(([, end = '']) => end);

describe('what comes next', () => {
  it('stands at the top of the desk, with whose turn it is', async () => {
    const { ref } = await opened();
    const { body } = await officer.get(`/breaches/${ref}`);
    expect(body).toContain('Acknowledge it: say that you have seen it');
    expect(body).toContain('By the Information Security Team Leader.');
    expect(body).toContain('Nobody has decided yet whether it is a breach');
    const after = await opened(confirmed);
    expect((await officer.get(`/breaches/${after.ref}`)).body).toContain('Contain it, and say what was done');
  });

  it('is offered only as far as the role goes', async () => {
    const { ref } = await opened(confirmed);
    const of = async (browser: Browser) => linksOf((await browser.get(`/breaches/${ref}`)).body, ref);
    expect(await of(ict)).toEqual(['contain', 'report']);
    expect(await of(dpo)).toEqual(['decide/regulator', 'decide/individuals', 'awareness', 'report']);
    expect(await of(officer)).not.toContain('awareness');
    expect(await of(officer)).toContain('assess');
  });

  it('says “appears” until a person has confirmed it, and then what happened', async () => {
    const { ref } = await opened();
    expect((await officer.get(`/breaches/${ref}`)).body).toContain('appears to have been plugged into');
    await officer.post(`/breaches/${ref}/triage`, { decision: 'confirmed', reason: 'Seen on the desk' });
    const { body } = await officer.get(`/breaches/${ref}`);
    expect(body).toContain('A storage device that is not allowed was plugged into');
    expect(body).toMatch(/govuk-tag--magenta">\s*Confirmed/);
    expect((await officer.get(`/breaches/${ref}/report`)).body).toContain(
      'A person has confirmed that this is a breach',
    );
  });
});

describe('every form of the desk', () => {
  const ENDS = [
    'triage',
    'ask-to-contain',
    'contain',
    'assess',
    'decide/regulator',
    'decide/individuals',
    'actions/new',
    'refer',
    'close',
  ];

  it.each(ENDS)('%s says what is missing, in the summary and at the field, with a title that says so', async (end) => {
    const { ref } = await opened(confirmed);
    const shown = await officer.get(`/breaches/${ref}/${end}`);
    expect(shown.statusCode).toBe(200);
    expect(shown.body).not.toContain('There is a problem');
    const { statusCode, body } = await officer.post(`/breaches/${ref}/${end}`, {});
    expect(statusCode).toBe(400);
    expect(body).toMatch(/<title>\s*Error: /);
    const [, target = '', text = ''] = /<a href="#([\w-]+)">([^<]+)<\/a>/.exec(body) ?? [];
    expect(body).toContain(`id="${target}"`);
    expect(body.split(text).length, `${text} at the field as well`).toBeGreaterThan(2);
  });

  it.each(ENDS)('%s is refused without the token of the page, and to whoever only reads', async (end) => {
    const { ref } = await opened(confirmed);
    const { headers, payload } = form({ reason: 'x' });
    const forged = await server.app.inject({
      method: 'POST',
      url: `/breaches/${ref}/${end}`,
      headers: { ...headers, cookie: officer.cookie },
      payload: payload ?? '',
    });
    expect(forged.statusCode).toBe(403);
    const auditor = await server.signIn('auditor');
    expect((await auditor.get(`/breaches/${ref}/${end}`)).statusCode).toBe(403);
    expect((await auditor.post(`/breaches/${ref}/${end}`, {})).statusCode).toBe(403);
    expect((await eventsOf(ref)).length).toBe(0);
  });

  it('refuses a field that it has not, and is not there for a breach that is not', async () => {
    const { ref } = await opened(confirmed);
    expect((await officer.post(`/breaches/${ref}/contain`, { measures: 'x', severity: 'low' })).statusCode).toBe(400);
    expect((await officer.get('/breaches/BR-1999-000001/assess')).statusCode).toBe(404);
  });

  it('cannot be opened for what may not be done now', async () => {
    const { ref } = await opened();
    const { statusCode, body } = await officer.get(`/breaches/${ref}/assess`);
    expect(statusCode).toBe(409);
    expect(body).toContain(`This cannot be done now: ${ref} is suspected.`);
    expect((await officer.get(`/breaches/${ref}/reopen`)).statusCode).toBe(409);
  });

  it('keeps what was typed as text, whatever it is', async () => {
    const { ref } = await opened(confirmed);
    const evil = '"><img src=x onerror=alert(1)>{{7*7}}</textarea>';
    const failed = await officer.post(`/breaches/${ref}/assess`, { ...ASSESSMENT, harm: evil, consequences: '' });
    expect(failed.body).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(failed.body).not.toContain('<img src=x');
    const sure = await officer.post(`/breaches/${ref}/close`, { reason: evil });
    expect(sure.body).not.toContain('<img src=x');
    await officer.post(`/breaches/${ref}/contain`, { measures: evil });
    await officer.post(`/breaches/${ref}/actions/new`, {
      title: evil,
      owner: evil,
      'due-day': '1',
      'due-month': '7',
      'due-year': '2026',
    });
    const desk = (await officer.get(`/breaches/${ref}`)).body;
    expect(desk).toContain('&lt;img src=x');
    expect(desk).not.toMatch(/<img src=x|>49/);
  });
});

describe('asking ICT to contain it', () => {
  const asked = async (ref: string) =>
    server.db
      .selectFrom('notices')
      .selectAll()
      .where('reference', '=', ref)
      .where('type', '=', 'containment.asked')
      .execute();

  it('sends ICT a message with what is asked, and makes it ICT’s turn', async () => {
    const { ref } = await opened(confirmed);
    const request = 'Withdraw remote access.\nCollect the laptop.';
    expect((await officer.post(`/breaches/${ref}/ask-to-contain`, { request })).statusCode).toBe(303);
    const [notice, ...more] = await asked(ref);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ role: 'ict-administrator', title: `${ref}: please contain this` });
    expect(notice?.body).toContain('Withdraw remote access.');
    expect(notice?.body).toContain(`/breaches/${ref}/contain`);
    expect(notice?.body).not.toContain('Sam Rivers');
    const { body } = await officer.get(`/breaches/${ref}`);
    expect(body).toContain('By ICT.');
    expect(body).toContain('Ask ICT again to contain it');
    expect(body).toContain('ICT asked to contain it');
  });

  it('waits until whoever is told first has been told', async () => {
    const { ref } = await opened({ ...confirmed, notified_at: null });
    expect((await officer.get(`/breaches/${ref}/ask-to-contain`)).statusCode).toBe(409);
    const answer = await server.as('information-security-team-leader', {
      method: 'POST',
      url: `/api/v1/breaches/${ref}/containment-requests`,
      payload: { request: 'Withdraw remote access.' },
    });
    expect(answer.statusCode).toBe(409);
    expect(await asked(ref)).toEqual([]);
  });
});

describe('the assessment', () => {
  it('shows what is known of the encryption, with its age', async () => {
    const now = server.clock.now();
    const device = await seedDevice(server.db, { last_contact_at: now - 3 * 3_600_000 });
    await seedState(server.db, device.id);
    const lost = await seedBreach(server.db, device.id, { ...confirmed, category: 'lost', subject: 'lost' });
    const { body } = await officer.get(`/breaches/${lost.ref}/assess`);
    expect(body).toMatch(/govuk-tag--green">\s*Encrypted/);
    expect(body).toContain('3 hours ago');
    const other = await seedBreach(server.db, device.id, { ...confirmed, subject: 'other' });
    const byDay = (await officer.get(`/breaches/${other.ref}/assess`)).body;
    expect(byDay).toMatch(/last heard from on \d+ \w+ \d{4}\./);
    expect(byDay).not.toContain('hours ago');
    const nothing = await seedBreach(server.db, null, { ...confirmed, kind: 'person' });
    expect((await officer.get(`/breaches/${nothing.ref}/assess`)).body).toMatch(/govuk-tag--yellow">\s*Not known/);
  });

  it('tells two answers that contradict each other, in the words of the questions', async () => {
    const { ref } = await opened(confirmed);
    const wrong = await officer.post(`/breaches/${ref}/assess`, {
      ...ASSESSMENT,
      personalData: 'no',
      riskLikely: 'yes',
    });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('Where no information about living people is involved, answer this with no');
    const high = await officer.post(`/breaches/${ref}/assess`, { ...ASSESSMENT, highRisk: 'unknown' });
    expect(high.body).toContain('Where a risk is not likely, answer this with no');
  });

  it('stands on the desk and in the form when it is done again', async () => {
    const { ref } = await opened(confirmed);
    const done = await officer.post(`/breaches/${ref}/assess`, { ...ASSESSMENT, people: '1,200' });
    expect(done.headers.location).toBe(`/breaches/${ref}?done=assess`);
    expect(await rowOf(ref)).toMatchObject({ status: 'assessed', assessed_severity: 'low' });
    expect(JSON.parse((await rowOf(ref)).assessment ?? '{}')).toMatchObject({
      people: 1200,
      factors: { who: 'Tenants' },
    });
    const desk = (await officer.get(`/breaches/${ref}`)).body;
    expect(desk).toContain('as a person has assessed it');
    expect(desk).toContain('Assess it again');
    expect((await officer.get(`/breaches/${ref}/assess`)).body).toContain('Encrypted and off');
  });
});

describe('decisions', () => {
  it('about the regulator keep the reasons, and when it was told on the council’s clock', async () => {
    const { ref } = await opened(confirmed);
    const told = { 'toldAt-day': '4', 'toldAt-month': '6', 'toldAt-year': '2026', 'toldAt-time': '9.05 am' };
    const future = { ...told, 'toldAt-year': '2036' };
    const given = { decision: 'tell', reasons: 'A risk is likely', reference: 'IC-1' };
    const early = await officer.post(`/breaches/${ref}/decide/regulator`, { ...given, ...future });
    expect(early.body).toContain('When they were told must be in the past');
    expect(early.body).toContain('value="2036"');
    await dpo.post(`/breaches/${ref}/decide/regulator`, { ...given, ...told, 'toldAt-time': '9:05am' });
    expect((await eventsOf(ref)).at(-1)).toEqual({
      type: 'decided',
      actor: 'Dee Protector',
      detail: { about: 'regulator', ...given, toldAt: '2026-06-04T08:05:00.000Z' },
    });
  });

  it('not to tell leave out what was only asked of the other answer', async () => {
    const { ref } = await opened(confirmed);
    const given = { decision: 'do-not-tell', reasons: 'Unlikely', reference: 'IC-1', 'toldAt-day': '4' };
    expect((await officer.post(`/breaches/${ref}/decide/regulator`, given)).statusCode).toBe(303);
    expect((await eventsOf(ref)).at(-1)?.detail).toEqual({
      about: 'regulator',
      decision: 'do-not-tell',
      reasons: 'Unlikely',
    });
    expect((await officer.get(`/breaches/${ref}`)).body).toContain('Do not tell them');
  });

  it('on the moment of awareness are the Data Protection Officer’s alone, and are asked once more', async () => {
    const { ref } = await opened({ ...confirmed, first_seen: Date.parse('2026-06-01T08:00:00Z') });
    expect((await officer.get(`/breaches/${ref}/awareness`)).statusCode).toBe(403);
    const given = {
      'awareAt-day': '2',
      'awareAt-month': '6',
      'awareAt-year': '2026',
      'awareAt-time': 'midday',
      reasons: 'Told by telephone',
    };
    expect((await officer.post(`/breaches/${ref}/awareness`, given)).statusCode).toBe(403);
    const sure = await dpo.post(`/breaches/${ref}/awareness`, given);
    expect(sure.body).toContain('Are you sure that you want to move the moment of awareness?');
    expect((await rowOf(ref)).aware_at).toBeNull();
    await dpo.post(`/breaches/${ref}/awareness`, { ...given, step: 'confirmed' });
    expect((await rowOf(ref)).aware_at).toBe(Date.parse('2026-06-02T11:00:00Z'));
  });
});

describe('referring conduct', () => {
  it('says where it goes, by the population of the holder, before it is done', async () => {
    const { ref } = await opened({ ...confirmed, notified_at: null });
    const given = { to: 'conduct', reasons: 'Repeated' };
    const sure = await officer.post(`/breaches/${ref}/refer`, given);
    expect(sure.body).toContain('It goes to: The Monitoring Officer. By the register, the person is a councillor.');
    expect(sure.body).toContain('It is recorded that this went out before.');
    const back = await officer.post(`/breaches/${ref}/refer`, { ...given, step: 'change' });
    expect([back.statusCode, back.body.includes('Repeated')]).toEqual([200, true]);
    await officer.post(`/breaches/${ref}/refer`, { ...given, step: 'confirmed' });
    expect((await eventsOf(ref)).at(-1)).toMatchObject({
      type: 'referred',
      detail: { to: 'monitoring-officer', beforeNotified: true },
    });
  });
});

describe('actions', () => {
  it('are added with a day, ended once, and keep a breach from being closed', async () => {
    const { ref } = await opened({ ...confirmed, status: 'near-miss', triage: 'near-miss' });
    const action = {
      title: 'Tell the team',
      owner: 'Kit Marsh',
      'due-day': '31',
      'due-month': '2',
      'due-year': '2026',
    };
    expect((await officer.post(`/breaches/${ref}/actions/new`, action)).body).toContain('must be a real date');
    await officer.post(`/breaches/${ref}/actions/new`, { ...action, 'due-day': '28' });
    const desk = (await officer.get(`/breaches/${ref}`)).body;
    expect(desk).toMatch(/govuk-tag--red">\s*Overdue/);
    const refused = await officer.post(`/breaches/${ref}/close`, { reason: 'Done', step: 'confirmed' });
    expect([refused.statusCode, refused.body.includes('1 of its actions is open')]).toEqual([400, true]);
    const [, end = ''] = /href="([^"]+\/end)"/.exec(desk) ?? [];
    expect((await officer.post(end, { outcome: 'dropped' })).body).toContain('Enter why it is not going to be done');
    expect((await officer.post(end, { outcome: 'done' })).body).toContain('Are you sure that you want to end');
    expect((await officer.post(end, { outcome: 'done', step: 'confirmed' })).statusCode).toBe(303);
    expect((await officer.get(end)).statusCode).toBe(409);
    expect((await officer.get(`/breaches/${ref}/actions/none/end`)).statusCode).toBe(404);
    const closed = await officer.post(`/breaches/${ref}/close`, { reason: 'Done', lessons: 'Ask', step: 'confirmed' });
    expect(closed.statusCode).toBe(303);
    expect((await eventsOf(ref)).at(-1)?.detail).toEqual({ reason: 'Done', lessons: 'Ask' });
  });
});

describe('whose case it is, and opening it again', () => {
  it('are recorded', async () => {
    const { ref } = await opened(confirmed);
    await officer.post(`/breaches/${ref}/assign`, { whose: 'me' });
    expect((await rowOf(ref)).owner).toBe('Ann Officer');
    expect((await officer.post(`/breaches/${ref}/assign`, { whose: 'other' })).body).toContain('Enter the name');
    await officer.post(`/breaches/${ref}/assign`, { whose: 'nobody' });
    expect((await rowOf(ref)).owner).toBeNull();
    expect((await officer.get(`/breaches/${ref}`)).body).toContain('Whose: nobody’s');
    await officer.post(`/breaches/${ref}/triage`, { decision: 'not-a-breach', reason: 'Registered' });
    await officer.post(`/breaches/${ref}/reopen`, { reason: 'It was not' });
    expect(await rowOf(ref)).toMatchObject({ status: 'acknowledged', triage: null, ended_at: null });
  });
});
