import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { type Desk, DESK_POLICY, openDesk } from './desk.ts';
import { fileOf, sendFile, STICK } from './paper-file.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
  await seedDevice(desk.db, { id: 'kit', asset_tag: 'DBC-2', holder: 'Kit Osei', population: 'councillor' });
});
afterEach(() => desk.close());

const url = '/api/v1/authorisations';
const send = (file: string, given: Parameters<typeof sendFile>[2] = {}) => sendFile(desk, file, given);
const held = () => desk.db.selectFrom('authorisations').selectAll().execute();

describe('approvals that exist on paper', () => {
  it('are kept as approved, with who recorded them, and hold as any other', async () => {
    const answer = await send(fileOf({ ...STICK, encrypted_only: 'yes' }));
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        dryRun: false,
        counts: { added: 1, known: 0 },
        lines: [
          {
            line: 2,
            kind: 'emergency-plan-stick',
            subject: 'Sam Rivers',
            devices: 1,
            approver: 'Ann Officer',
            role: 'information-security-team-leader',
            from: '2026-05-01',
            to: '2026-12-24',
            known: false,
          },
        ],
      },
    ]);
    const [{ ref } = { ref: '' }] = await held();
    const found = (await desk.sam('GET', `${url}/${ref}`)).json();
    expect(found).toMatchObject({
      status: 'approved',
      approver: { name: 'Ann Officer', role: 'information-security-team-leader' },
      approvedAt: '2026-04-30T23:00:00.000Z',
      acceptedBy: 'Sam Rivers',
      acceptanceRecordedBy: 'Ira Admin',
      requestedBy: 'Ira Admin',
      recordedFromPaper: true,
      scope: { sticks: ['0781AABB1204'], encryptedOnly: true },
      validFrom: '2026-04-30T23:00:00.000Z',
      validTo: '2026-12-25T00:00:00.000Z',
      devices: ['DBC-1'],
    });
    expect(found.history).toMatchObject([
      { type: 'recorded-from-paper', actor: 'token:Ira Admin', detail: { approvedBy: 'Ann Officer' } },
    ]);
    const page = (await (await desk.server.signIn('siro', 'Sol Siro')).get(`/authorisations/${ref}`)).body;
    expect(page).toContain('<strong>Recorded from paper</strong> by the program Ira Admin');
    expect(
      await desk.db.selectFrom('audit').select('target').where('action', '=', 'authorisation-recorded').execute(),
    ).toEqual([{ target: `authorisation:${ref}` }]);
    const notices = await desk.db.selectFrom('notices').select(['role', 'title']).execute();
    expect(notices).toEqual([
      { role: 'information-security-team-leader', title: '1 approval of yours was recorded from paper' },
    ]);
  });

  it('are kept once, in one file or another, however they are typed and whoever brings them', async () => {
    const again = { ...STICK, subject: 'sam  RIVERS', approver: 'ANN officer', purpose: 'For the plan.' };
    expect((await send(fileOf(STICK, again))).json().counts).toEqual({ added: 1, known: 1 });
    const other = await send(fileOf(STICK), { as: ['administrator', 'Root'] });
    expect(other.json()).toMatchObject({ counts: { added: 0, known: 1 }, lines: [{ known: true }] });
    expect(await held()).toHaveLength(1);
  });

  it('are only told of in a dry run, which takes no reference', async () => {
    expect((await send(fileOf(STICK), { dryRun: true })).json()).toMatchObject({ dryRun: true, counts: { added: 1 } });
    expect([await held(), await desk.db.selectFrom('notices').selectAll().execute()]).toEqual([[], []]);
    await send(fileOf(STICK));
    expect((await held()).map(({ ref }) => ref)).toEqual(['AU-2026-000001']);
  });

  it('are a councillor’s by the Monitoring Officer, as any other', async () => {
    const arrangement = {
      ...STICK,
      kind: 'remote-working',
      sticks: '',
      subject: 'Kit Osei',
      reviewed_on: '2026-04-30',
    };
    expect((await send(fileOf({ ...arrangement, approver_role: 'line-manager' }))).statusCode).toBe(422);
    expect((await send(fileOf({ ...arrangement, approver_role: 'monitoring-officer' }))).statusCode).toBe(200);
  });

  it('are told at their end, once', async () => {
    await send(fileOf({ ...STICK, to: '2026-06-10' }));
    const notices = await desk.pass(10);
    expect(notices.filter(({ body }) => body.includes('Ended.'))).not.toEqual([]);
    expect(await desk.pass(10)).toEqual([]);
  });

  it('may be recorded by few, and a request cannot pass for one', async () => {
    for (const role of ['worker', 'line-manager', 'auditor', 'ict-operator'] as const)
      expect((await send(fileOf(STICK), { as: [role, 'Lee Line'] })).statusCode).toBe(403);
    expect((await desk.sam('POST', url, desk.stick({ requestKey: 'paper:1' }))).statusCode).toBe(400);
  });

  it('are shown on the page as they were understood, and recorded from there', async () => {
    const admin = await desk.server.signIn('ict-administrator', 'Ira Admin');
    const at = '/import/authorisations';
    expect((await admin.get('/authorisations')).body).toContain(at);
    expect((await admin.get(at)).body).toContain('approved_on');
    const wrong = await admin.post(at, { file: fileOf({ ...STICK, to: '2027-05-02' }) }, at);
    expect([wrong.statusCode, wrong.body.includes('It may last 1 year at the most')]).toEqual([400, true]);
    const shown = await admin.post(at, { file: fileOf({ ...STICK, subject: 'Sam Brook' }) }, at);
    expect(shown.body).toContain('Appears to concern no device in the register');
    expect(await held()).toEqual([]);
    const done = await admin.post(at, { text: fileOf(STICK) }, at);
    expect([done.statusCode, done.body.includes('recorded under your name'), await held()]).toMatchObject([
      200,
      true,
      [{ ref: 'AU-2026-000001' }],
    ]);
  });
});

describe('days in a year', () => {
  it('are counted among the lines of a file too', async () => {
    await desk.close();
    desk = await openDesk(DESK_POLICY.replace('leader, maximum: P1Y', 'leader, maximum: P1Y, maximumInYear: P28D'));
    const stay = (from: string, to: string) => ({ ...STICK, approved_on: '2026-06-01', from, to });
    const answer = await send(fileOf(stay('2026-06-10', '2026-06-29'), stay('2026-08-01', '2026-08-09')));
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors[0].expected).toContain('takes 20 days (10 June 2026 to 29 June 2026)');
    expect((await send(fileOf(stay('2026-06-10', '2026-06-29'), stay('2026-08-01', '2026-08-08')))).statusCode).toBe(
      200,
    );
  });
});
