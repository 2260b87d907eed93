import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, csrfIn, form, startConsoleServer } from '../support/console-server.ts';
import {
  seedBreach,
  seedDevice,
  seedEvent,
  seedEvidence,
  seedFacts,
  seedFinding,
  seedNotice,
  seedState,
} from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const audited = async (action: string) =>
  (await server.db.selectFrom('audit').selectAll().where('action', '=', action).execute()).map(({ actor, target }) => ({
    actor,
    target,
  }));

describe('before anything is registered', () => {
  it.each(['/', '/breaches', '/breaches?queue=ict', '/breaches?queue=ended', '/devices'])(
    '%s says so in plain words',
    async (url) => {
      const { statusCode, body } = await officer.get(url);
      expect(statusCode).toBe(200);
      expect(body).toMatch(/No device is registered yet|No suspected breach|No device is waiting|No breach has ended/);
    },
  );
});

describe('signing in', () => {
  it('leads whoever has not to the form', async () => {
    const { statusCode, headers } = await server.app.inject({ url: '/', headers: { accept: 'text/html' } });
    expect([statusCode, headers.location]).toEqual([303, '/sign-in']);
  });

  it('leads whoever followed a link to what it led to, and never elsewhere', async () => {
    const asked = await server.app.inject({ url: '/breaches?queue=ict', headers: { accept: 'text/html' } });
    expect(asked.headers.location).toBe('/sign-in?next=%2Fbreaches%3Fqueue%3Dict');
    const page = await server.app.inject(asked.headers.location as string);
    expect(page.body).toContain('name="next" value="/breaches?queue=ict"');
    await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/accounts',
      payload: { name: 'Lin Follower', role: 'auditor', password: 'a long enough password' },
    });
    const goOn = async (next: string) => {
      const fields = { name: 'Lin Follower', password: 'a long enough password', next };
      return (await server.app.inject({ method: 'POST', url: '/sign-in', ...form(fields) })).headers.location;
    };
    expect(await goOn('/breaches?queue=ict')).toBe('/breaches?queue=ict');
    expect(await goOn('/.//evil.example')).toBe('/');
    expect(await goOn('https://evil.example/')).toBe('/');
  });

  it('works once with a code, and says what to do the second time', async () => {
    const code = await server.code('auditor');
    const head = await server.app.inject({ method: 'HEAD', url: `/sign-in/${code}` });
    expect(head.headers['set-cookie']).toBeUndefined();
    const first = await server.app.inject(`/sign-in/${code}`);
    expect([first.statusCode, first.headers.location]).toEqual([303, '/']);
    const second = await server.app.inject(`/sign-in/${code}`);
    expect(second.statusCode).toBe(401);
    expect(second.body).toContain('This sign-in address no longer works');
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  it('refuses a name and password that do not fit, keeps the name and not the password', async () => {
    const { statusCode, body } = await server.app.inject({
      method: 'POST',
      url: '/sign-in',
      ...form({ name: '"><script>alert(1)</script>', password: 'secret-word' }),
    });
    expect(statusCode).toBe(401);
    expect(body).toContain('There is a problem');
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('secret-word');
  });

  it('signs out, and the session is worth nothing afterwards', async () => {
    const browser = await server.signIn('auditor');
    const out = await browser.post('/sign-out', {});
    expect([out.statusCode, out.headers.location]).toEqual([303, '/sign-in']);
    expect((await browser.get('/')).statusCode).toBe(303);
  });

  it('does not sign out without the token of the form', async () => {
    const { headers, payload } = form({ _csrf: 'AAAA' });
    const { statusCode } = await server.app.inject({
      method: 'POST',
      url: '/sign-out',
      headers: { ...headers, cookie: officer.cookie },
      payload: payload ?? '',
    });
    expect(statusCode).toBe(403);
    expect((await officer.get('/')).statusCode).toBe(200);
  });
});

describe('roles', () => {
  it('keep a worker out of the console', async () => {
    const worker = await server.signIn('worker');
    for (const url of ['/breaches', '/devices']) expect((await worker.get(url)).statusCode, `at ${url}`).toBe(403);
    expect((await worker.get('/breaches')).body).toContain('You cannot do this');
    expect((await worker.get('/')).headers.location).toBe('/my-device');
    expect((await worker.post('/sign-out', {}, '/report')).headers.location).toBe('/sign-in');
  });

  it('show an auditor a breach without anything to press', async () => {
    const device = await seedDevice(server.db);
    const breach = await seedBreach(server.db, device.id);
    const auditor = await server.signIn('auditor');
    const { body } = await auditor.get(`/breaches/${breach.ref}`);
    expect(body).toContain('Your role may read this and change nothing');
    expect(body).not.toContain('Why you are closing');
    expect((await auditor.post(`/breaches/${breach.ref}/acknowledge`, {})).statusCode).toBe(403);
  });
});

describe('a page', () => {
  it('has a strict policy, a nonce on every script and nothing inline', async () => {
    const { headers, body } = await officer.get('/');
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
    for (const [script] of body.matchAll(/<script[^>]*>/g)) expect(script).toMatch(/nonce="[^"]{16,}"/);
    expect(body).not.toMatch(/ style="| onclick=/);
  });

  it('carries the marking and no mark of GOV.UK', async () => {
    const { body } = await officer.get('/');
    expect(body).toContain('<strong>OFFICIAL</strong>');
    expect(body).not.toMatch(/GOV\.UK|crown|opengraph/i);
  });

  it('names a stylesheet that may be kept for ever and has no font of its own', async () => {
    const { body } = await officer.get('/');
    const [, href = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(body) ?? [];
    const css = await server.app.inject(href);
    expect(css.headers['cache-control']).toContain('immutable');
    expect(css.headers['content-type']).toContain('text/css');
    expect(css.body.includes('Helvetica Neue')).toBe(true);
    expect(/GDS Transport|@font-face|url\(/.exec(css.body)).toBeNull();
  });

  it('that does not exist is told in words', async () => {
    const { statusCode, body } = await officer.get('/breaches/BR-1999-000001');
    expect(statusCode).toBe(404);
    expect(body).toContain('Page not found');
  });

  it('for anyone is the accessibility statement', async () => {
    const { statusCode, body } = await server.app.inject('/accessibility');
    expect(statusCode).toBe(200);
    expect(body).toContain('Accessibility statement for Beadle');
    expect(body).not.toContain('Sign out');
  });
});

describe('the queues', () => {
  it('keep suspected breaches by people apart from devices for ICT, and page', async () => {
    const device = await seedDevice(server.db);
    const stick = await seedBreach(server.db, device.id, {
      duty: 'holder',
      kind: 'event',
      check_name: 'removable-media',
      rule: 'usb-sticks',
      subject: 'SN-STICK',
      severity: 'high',
    });
    for (let index = 0; index < 26; index += 1) await seedBreach(server.db, device.id, { subject: `D${index}:` });
    const forOfficer = (await officer.get('/breaches')).body;
    expect(forOfficer).toContain(stick.ref);
    expect(forOfficer).toContain('appears to have been plugged into laptop');
    const forIct = (await officer.get('/breaches?queue=ict&severity=&status=&rule=&device=')).body;
    expect(forIct).not.toContain(stick.ref);
    const [, next = ''] = /href="([^"]+)" rel="next"/.exec(forIct) ?? [];
    expect((await officer.get(next.replaceAll('&amp;', '&'))).statusCode).toBe(200);
  });

  it('are narrowed by the form', async () => {
    const none = await officer.get('/breaches?queue=ict&severity=low');
    expect(none.body).toContain('No breach in this queue fits the filters');
    const odd = await officer.get('/breaches?queue=%3Cb%3E&severity=nonsense');
    expect(odd.statusCode).toBe(200);
  });
});

describe('acts on a breach', () => {
  const opened = async () => {
    const device = await seedDevice(server.db);
    return seedBreach(server.db, device.id, { duty: 'holder', kind: 'event', subject: 'STICK' });
  };

  it('ask why before closing, and keep what was typed', async () => {
    const { ref } = await opened();
    const empty = await officer.post(`/breaches/${ref}/close`, { reason: '  ' });
    expect(empty.statusCode).toBe(400);
    expect(empty.body).toContain('Enter why you are closing this breach');
    const long = await officer.post(`/breaches/${ref}/close`, { reason: 'why '.repeat(600) });
    expect(long.body).toContain('must be 2000 characters or fewer');
    expect(long.body).toContain('why why');
  });

  it('refuse a field that no form has', async () => {
    const { ref } = await opened();
    expect((await officer.post(`/breaches/${ref}/acknowledge`, { severity: 'low' })).statusCode).toBe(400);
  });

  it('go through and come back to the desk', async () => {
    const { ref } = await opened();
    const done = await officer.post(`/breaches/${ref}/acknowledge`, {});
    expect([done.statusCode, done.headers.location]).toEqual([303, `/breaches/${ref}?done=acknowledged`]);
    expect((await officer.get(done.headers.location ?? '')).body).toContain('recorded under your name');
    const sure = await officer.post(`/breaches/${ref}/close`, { reason: 'A registered stick.' });
    expect(sure.body).toContain('Are you sure that you want to close this breach?');
    const closed = await officer.post(`/breaches/${ref}/close`, { reason: 'A registered stick.', step: 'confirmed' });
    expect(closed.headers.location).toBe(`/breaches/${ref}?done=closed`);
  });

  it('need the token of the page', async () => {
    const { ref } = await opened();
    expect(csrfIn((await officer.get(`/breaches/${ref}`)).body)).not.toBe('');
    const { headers, payload } = form({});
    const forged = await server.app.inject({
      method: 'POST',
      url: `/breaches/${ref}/acknowledge`,
      headers: { ...headers, cookie: officer.cookie },
      payload: payload ?? '',
    });
    expect(forged.statusCode).toBe(403);
    expect(forged.body).toContain('You cannot do this');
  });
});

describe('looking', () => {
  it('at a breach, its report and a device with a holder is audited; at a device in a cupboard it is not', async () => {
    const held = await seedDevice(server.db, { holder: 'Sam Holder' });
    const stored = await seedDevice(server.db);
    const { ref } = await seedBreach(server.db, held.id);
    for (const url of [
      `/breaches/${ref}`,
      `/breaches/${ref}/report`,
      `/devices/${held.asset_tag}`,
      `/devices/${stored.asset_tag}`,
    ]) {
      expect((await officer.get(url)).statusCode, `at ${url}`).toBe(200);
    }
    expect(await audited('breach-viewed')).toContainEqual({ actor: 'Ann Officer', target: `breach:${ref}` });
    expect(await audited('breach-report-viewed')).toContainEqual({ actor: 'Ann Officer', target: `breach:${ref}` });
    expect(await audited('device-viewed')).toEqual([{ actor: 'Ann Officer', target: `device:${held.asset_tag}` }]);
  });
});

describe('what is not known', () => {
  it('comes first on a device, with why, and is never green', async () => {
    const device = await seedDevice(server.db, { asset_tag: 'DBC-UNSURE' });
    await seedState(server.db, device.id, { rule: 'a-passing-rule', subject: 'device' });
    await seedState(server.db, device.id, {
      rule: 'the-unsure-rule',
      subject: 'device',
      verdict: 'unknown',
      reason: 'access-denied',
    });
    const { body } = await officer.get('/devices/DBC-UNSURE');
    expect(body.indexOf('The unsure rule')).toBeLessThan(body.indexOf('A passing rule'));
    expect(body).toContain('Access to the source was denied');
    expect(body).toMatch(/govuk-tag--yellow">\s*Not known/);
  });

  it('shows the day of the last contact and no time of it', async () => {
    const device = await seedDevice(server.db, { last_contact_at: Date.parse('2026-05-20T14:41:07Z') });
    await seedState(server.db, device.id);
    const { body } = await officer.get(`/devices/${device.asset_tag}`);
    expect(body).toContain('20 May 2026 (15 days ago)');
    expect(body).toContain('What is shown below may no longer hold');
    expect(body).not.toContain('3:41pm');
    expect((await officer.get('/devices?show=silent')).body).toContain(device.asset_tag);
  });

  it('is a device that has said nothing', async () => {
    await seedDevice(server.db, { asset_tag: 'DBC-MUTE', generation: 0, last_contact_at: null });
    const { body } = await officer.get('/devices?q=dbc-mute');
    expect(body).toContain('nothing told yet');
    expect(body).not.toContain('govuk-tag--green');
    expect((await officer.get('/devices?show=not-enrolled')).body).toContain('DBC-MUTE');
    expect((await officer.get('/devices?q=%25')).body).toContain('No device fits the filters');
  });
});

describe('hostile values', () => {
  const evil = `"><img src=x onerror=alert(1)>'{{7*7}}{% raw %}`;
  const isHarmless = (body: string) => !body.includes('<img src=x') && !body.includes('>49');

  it('in every text of a device and a breach stay text on every page', async () => {
    const device = await seedDevice(server.db, {
      id: 'evil',
      asset_tag: evil,
      serial_number: evil,
      kind: evil,
      holder: evil,
      population: evil,
      agent_version: evil,
      platform: evil,
      release: evil,
    });
    await seedState(server.db, device.id, {
      rule: evil,
      subject: evil,
      clause: evil,
      check_name: evil,
      verdict: 'unknown',
      reason: evil,
      policy_version: evil,
      observed: JSON.stringify({ [evil]: [evil, { [evil]: evil }] }),
    });
    await seedFacts(server.db, device.id, {
      check_name: evil,
      facts: JSON.stringify({ [evil]: { known: [{ [evil]: evil }] }, other: { unknown: evil } }),
    });
    const breach = await seedBreach(server.db, device.id, {
      id: 'evil',
      ref: 'BR-2026-<b>',
      rule: evil,
      subject: evil,
      kind: 'event',
      clause: evil,
      says: evil,
      remedy: evil,
      check_name: evil,
      duty: 'holder',
      severity: evil,
      status: evil,
      policy_version: evil,
      observed: JSON.stringify({ [evil]: evil }),
      acknowledged_by: evil,
      acknowledged_at: 1,
      report: JSON.stringify({ [evil]: evil }),
    });
    const finding = await seedFinding(server.db, device.id, {
      subject: evil,
      verdict: evil,
      reason: evil,
      severity: evil,
      link: evil,
      policy_version: evil,
    });
    await seedEvidence(server.db, breach.id, finding);
    await seedEvent(server.db, breach.id, {
      actor: evil,
      type: evil,
      detail: JSON.stringify({ [evil]: evil, text: evil }),
    });
    await seedNotice(server.db, breach.id, { role: evil, channel: evil });
    const pages = [
      '/',
      '/breaches',
      `/breaches?device=${encodeURIComponent(evil)}&rule=${encodeURIComponent(evil)}`,
      `/devices?q=${encodeURIComponent(evil)}`,
      `/breaches/${encodeURIComponent(breach.ref)}`,
      `/breaches/${encodeURIComponent(breach.ref)}/report`,
      `/devices/${encodeURIComponent(evil)}`,
      `/api/v1/breaches/${encodeURIComponent(breach.ref)}/report?format=html`,
      `/breaches/${encodeURIComponent(evil)}`,
    ];
    for (const url of pages) expect(isHarmless((await officer.get(url)).body), `at ${url}`).toBe(true);
    const desk = (await officer.get(`/breaches/${encodeURIComponent(breach.ref)}`)).body;
    expect(desk).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(desk).toContain('BR-2026-&lt;b&gt;');
  });

  it('in the name of whoever signs in stay text', async () => {
    const browser = await server.signIn('auditor', '<img src=x onerror=alert(1)>');
    expect(isHarmless((await browser.get('/')).body)).toBe(true);
  });

  it('in the settings of the council stay text', async () => {
    await server.db
      .updateTable('organisations')
      .set({ name: '<img src=x>', settings: JSON.stringify({ marking: '<img src=x>', contact: '<img src=x>' }) })
      .execute();
    expect(isHarmless((await officer.get('/accessibility')).body)).toBe(true);
    expect(isHarmless((await officer.get('/')).body)).toBe(true);
  });
});

describe('when the database fails', () => {
  it('still answers with a page, and tells nothing of the inside', async () => {
    const broken = await startConsoleServer();
    const browser = await broken.signIn('auditor');
    await broken.db.schema.dropTable('organisations').execute();
    const { statusCode, body } = await browser.get('/devices');
    expect(statusCode).toBe(500);
    expect(body).toContain('Sorry, there is a problem with the service');
    expect(body).not.toMatch(/sqlite|no such table|node_modules/i);
    await broken.close();
  });
});
