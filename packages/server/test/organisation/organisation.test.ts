import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, mayEnrolRemotely } from '../../src/organisation/settings.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ BEADLE_SERVER_ORGANISATION: 'Dacorum Borough Council' });
});
afterAll(() => server.close());

const url = '/api/v1/organisation';
const put = (payload: object) => server.as('information-security-team-leader', { method: 'PUT', url, payload });
const read = async () => (await server.as('auditor', { url })).json();

describe('/api/v1/organisation', () => {
  it('has what the settings say until somebody changes it', async () => {
    expect(await read()).toEqual({ name: 'Dacorum Borough Council', ...DEFAULT_SETTINGS });
  });

  it('takes back what it gave, and records what was changed by whom', async () => {
    const changed = { ...(await read()), dpiaReference: 'DPIA-7', staffToldOn: '2026-05-01' };
    const answer = await put(changed);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(changed);
    expect(await read()).toEqual(changed);
    const acts = await server.db.selectFrom('audit').selectAll().execute();
    expect(acts.map(({ actor, action, detail }) => [actor, action, JSON.parse(detail)])).toEqual([
      [
        'token:information-security-team-leader',
        'organisation-changed',
        {
          changed: [
            { setting: 'dpiaReference', from: null, to: 'DPIA-7' },
            { setting: 'staffToldOn', from: null, to: '2026-05-01' },
          ],
        },
      ],
    ]);
  });

  it.each([
    [{ staffToldOn: 'yesterday' }, 'body.staffToldOn'],
    [{ marking: 'OFFICIAL\r\nBcc: a@b.test' }, 'body.marking'],
    [{ recipients: { mayor: { name: 'M', address: 'm@c.test' } } }, 'body.recipients.mayor'],
    [{ recipients: { siro: { name: 'S', address: 'nowhere' } } }, 'body.recipients.siro.address'],
    [{ extra: true }, 'body.extra'],
  ])('refuses %j', async (part, field) => {
    const answer = await put({ ...(await read()), ...part });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  const monday = { opens: '08:30', closes: '16:30' };
  const calendar = { nation: 'scotland', hours: { monday }, closures: [{ first: '2026-12-24', last: '2027-01-01' }] };

  it('keeps the calendar that it is given, and goes on with it where a later one leaves it out', async () => {
    const given = { ...(await read()), calendar };
    expect((await put(given)).json()).toEqual(given);
    const { calendar: _, ...without } = given;
    const answer = await put({ ...without, marking: 'OFFICIAL-SENSITIVE' });
    expect(answer.json()).toEqual({ ...given, marking: 'OFFICIAL-SENSITIVE' });
    expect(await read()).toEqual(answer.json());
  });

  it.each([
    [
      { nation: 'cornwall' },
      'body.calendar.nation',
      'whose bank holidays are kept: england, wales, scotland, northern-ireland',
    ],
    [{ hours: {} }, 'body.calendar.hours', 'one working day in the week at least'],
    [
      { hours: { monday: { opens: '9', closes: '17:00' } } },
      'body.calendar.hours.monday.opens',
      'a time such as 09:00',
    ],
    [
      { hours: { monday: { opens: '17:00', closes: '09:00' } } },
      'body.calendar.hours.monday.closes',
      'a time at least an hour after it opens',
    ],
    [{ hours: { someday: monday } }, 'body.calendar.hours.someday', 'not to be there: it is not known'],
    [{ closures: [{ first: '2026-02-30' }] }, 'body.calendar.closures.0.first', 'a date that exists'],
    [{ timeZone: 'UTC' }, 'body.calendar.timeZone', 'not to be there: it is not known'],
  ])('refuses a calendar with %j', async (part, field, expected) => {
    const answer = await put({ ...(await read()), calendar: { ...calendar, ...part } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([{ field, expected }]);
  });

  it('is changed by whoever may', async () => {
    expect((await server.as('auditor', { method: 'PUT', url, payload: await read() })).statusCode).toBe(403);
    expect((await server.as('worker', { url })).statusCode).toBe(403);
  });
});

describe('enrolling devices other than the server itself', () => {
  it('waits for the three records, and says which are missing', () => {
    const none = mayEnrolRemotely(DEFAULT_SETTINGS);
    expect(none.may ? [] : none.missing).toHaveLength(3);
    const two = mayEnrolRemotely({ ...DEFAULT_SETTINGS, dpiaReference: 'DPIA-7', staffToldOn: '2026-05-01' });
    expect(two).toEqual({
      may: false,
      missing: ['where the consultation with staff or their union is recorded (consultationRecord)'],
    });
    const all = mayEnrolRemotely({
      ...DEFAULT_SETTINGS,
      dpiaReference: 'a',
      staffToldOn: '2026-05-01',
      consultationRecord: 'b',
    });
    expect(all).toEqual({ may: true });
  });
});
