import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { DAY, type Desk, openDesk, refOf } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
  await seedDevice(desk.db, { id: 'spare', asset_tag: 'DBC-2', groups: '["planning"]', population: 'employee' });
  await seedDevice(desk.db, { id: 'cllr', asset_tag: 'DBC-3', holder: 'Cllr Moss', population: 'councillor' });
});
afterAll(() => desk.close());

const url = '/api/v1/authorisations';
const path = (ref: string, act: string) => `${url}/${ref}/${act}`;
const asked = async (given: object = {}) => refOf(await desk.sam('POST', url, desk.stick(given)));

const acts = async (action: string) =>
  (await desk.db.selectFrom('audit').select(['actor', 'target']).where('action', '=', action).execute()).map(
    ({ actor, target }) => [actor, target],
  );

describe('a request', () => {
  it('is kept with what the policy asks of it, and is in the audit log', async () => {
    const response = await desk.sam('POST', url, desk.stick());
    expect(response.statusCode).toBe(201);
    const made = response.json<Record<string, unknown>>();
    expect(made).toMatchObject({
      ref: expect.stringMatching(/^AU-2026-\d{6}$/) as string,
      status: 'requested',
      clauses: ['5.9'],
      approverRole: 'information-security-team-leader',
      acceptedBy: 'Sam Rivers',
      version: 1,
    });
    expect(await acts('authorisation-requested')).toContainEqual([
      'token:Sam Rivers',
      `authorisation:${String(made['ref'])}`,
    ]);
  });

  it('under the same key is made once', async () => {
    const [first, second] = [
      await desk.sam('POST', url, desk.stick({ requestKey: 'a' })),
      await desk.sam('POST', url, desk.stick({ requestKey: 'a' })),
    ];
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(refOf(second)).toBe(refOf(first));
  });

  it('by a worker is for themselves only', async () => {
    const response = await desk.by('worker', 'Kit Marsh')('POST', url, desk.stick({ accepted: false }));
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
      403,
      'You may ask for yourself, or for a device that you hold. For others your line manager or ICT asks.',
    ]);
    const own = { subject: { devices: ['DBC-1'] } };
    expect((await desk.sam('POST', url, desk.stick(own))).statusCode).toBe(201);
    expect((await desk.sam('POST', url, desk.stick({ subject: { devices: ['DBC-2'] } }))).statusCode).toBe(403);
  });

  it.each([
    ['no end', { validTo: undefined }, 400],
    ['an end before its beginning', { validTo: '2020-01-01T00:00:00Z' }, 422],
    ['more than the policy gives', { validTo: '2029-01-01T00:00:00Z' }, 422],
    ['a kind that nothing knows', { kind: 'anything-goes' }, 422],
    ['a rule that the kind does not excuse', { scope: { rules: ['laptop-encryption'], sticks: ['A'] } }, 422],
    ['a device that is not there', { subject: { devices: ['NONE'] } }, 404],
    ['an incident that is not there', { incident: 'IN-2026-000099' }, 404],
    ['a field that is not known', { more: true }, 400],
    ['a day that there is not', { accepted: undefined, acceptedOn: '2026-02-30' }, 400],
    ['a review outside of its time', { reviewAt: '2030-01-01T00:00:00Z' }, 422],
  ])('with %s is refused', async (_, given, status) => {
    expect((await desk.sam('POST', url, desk.stick(given))).statusCode).toBe(status);
  });

  it('takes the shortest time of the rules that name the kind, unless one of them is meant', async () => {
    const build = (given: object) =>
      desk.ict('POST', url, {
        ...desk.stick({ kind: 'ict-build', subject: { devices: ['DBC-2'] }, validTo: desk.inDays(20) }),
        ...given,
      });
    const all = await build({ scope: {} });
    expect(all.statusCode).toBe(422);
    expect(all.json<{ detail: string }>().detail).toContain('P5D');
    expect((await build({ scope: { rules: ['asset-tag'] } })).statusCode).toBe(201);
  });

  it('for somebody else cannot accept their risks for them, but can say when they signed', async () => {
    expect((await desk.ict('POST', url, desk.stick())).statusCode).toBe(400);
    const signed = await desk.ict('POST', url, desk.stick({ accepted: undefined, acceptedOn: '2026-06-01' }));
    expect(signed.json()).toMatchObject({ acceptedBy: 'Sam Rivers', acceptanceRecordedBy: 'Ivy Desk' });
  });
});

describe('an approval', () => {
  it('makes it hold, once, and the approver is named with their role', async () => {
    const ref = await asked();
    const yes = await desk.officer('POST', path(ref, 'approval'), { conditions: ['Hand it back at the end.'] });
    expect(yes.json()).toMatchObject({
      status: 'approved',
      version: 2,
      approver: { name: 'Ann Officer', role: 'information-security-team-leader' },
      conditions: ['Hand it back at the end.'],
    });
    const again = await desk.officer('POST', path(ref, 'approval'), {});
    expect([again.statusCode, again.json<{ version: number }>().version]).toEqual([200, 2]);
    expect(
      (await acts('authorisation-approved')).filter(([, target]) => target === `authorisation:${ref}`),
    ).toHaveLength(1);
    const other = await desk.by('siro', 'Una Risk')('POST', path(ref, 'approval'), {});
    expect([other.statusCode, other.json<{ detail: string }>().detail]).toEqual([
      409,
      `${ref} is approved already, by Ann Officer: nothing was changed.`,
    ]);
  });

  it('is not by the person it is for, nor by who asked, whatever their role', async () => {
    const ref = await asked();
    for (const name of ['Sam Rivers', 'sam  RIVERS']) {
      const own = await desk.by('information-security-team-leader', name)('POST', path(ref, 'approval'), {});
      expect([name, own.statusCode]).toEqual([name, 403]);
    }
    const made = refOf(await desk.officer('POST', url, desk.stick({ accepted: undefined, acceptedOn: '2026-06-01' })));
    expect((await desk.officer('POST', path(made, 'approval'), {})).statusCode).toBe(403);
    expect((await desk.by('siro', 'Una Risk')('POST', path(made, 'approval'), {})).statusCode).toBe(200);
  });

  it('is not by the holder of a device that it is for', async () => {
    await seedDevice(desk.db, { id: 'anns', asset_tag: 'DBC-9', holder: 'Ann Officer' });
    const ref = refOf(
      await desk.ict(
        'POST',
        url,
        desk.stick({ accepted: undefined, acceptedOn: '2026-06-01', subject: { devices: ['DBC-9'] } }),
      ),
    );
    expect((await desk.officer('POST', path(ref, 'approval'), {})).statusCode).toBe(403);
  });

  it.each([
    ['ict-administrator', 403],
    ['security-analyst', 403],
    ['director', 403],
    ['administrator', 403],
    ['worker', 403],
    ['auditor', 403],
    ['information-security-team-leader', 200],
    ['siro', 200],
  ] as const)('by %s is answered with %i where the policy asks for the team leader', async (role, status) => {
    const ref = await asked();
    expect((await desk.by(role, 'Noor Else')('POST', path(ref, 'approval'), {})).statusCode).toBe(status);
  });

  it('waits for the risks to be accepted, by the person and nobody else', async () => {
    const ref = await asked({ accepted: undefined });
    const early = await desk.officer('POST', path(ref, 'approval'), {});
    expect([early.statusCode, early.json<{ type: string }>().type]).toEqual([
      422,
      'urn:beadle:problem:authorisation-incomplete',
    ]);
    expect((await desk.ict('POST', path(ref, 'acceptance'))).statusCode).toBe(403);
    expect((await desk.sam('POST', path(ref, 'acceptance'))).json()).toMatchObject({ acceptedBy: 'Sam Rivers' });
    expect((await desk.officer('POST', path(ref, 'approval'), {})).statusCode).toBe(200);
  });

  it('is not of what has changed since it was read', async () => {
    const ref = await asked({ accepted: undefined });
    await desk.sam('POST', path(ref, 'acceptance'));
    expect((await desk.officer('POST', path(ref, 'approval'), { version: 1 })).statusCode).toBe(409);
    expect((await desk.officer('POST', path(ref, 'approval'), { version: 2 })).statusCode).toBe(200);
  });

  it('and a refusal that come at once are one of the two', async () => {
    const ref = await asked();
    const both = await Promise.all([
      desk.officer('POST', path(ref, 'approval'), {}),
      desk.by('siro', 'Una Risk')('POST', path(ref, 'refusal'), { reason: 'Not needed.' }),
    ]);
    expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('for a councillor is the Monitoring Officer’s where a line manager would decide', async () => {
    const given = {
      kind: 'special',
      subject: { person: 'Cllr Moss' },
      scope: {},
      accepted: undefined,
      acceptedOn: '2026-06-01',
      validTo: desk.inDays(10),
    };
    const made = await desk.ict('POST', url, desk.stick(given));
    expect(made.json()).toMatchObject({ approverRole: 'monitoring-officer' });
    const ref = refOf(made);
    expect((await desk.by('line-manager', 'Lee Line')('POST', path(ref, 'approval'), {})).statusCode).toBe(403);
    expect((await desk.by('monitoring-officer', 'Mo Officer')('POST', path(ref, 'approval'), {})).statusCode).toBe(200);
  });

  it('of remote working comes after the review of the place, and after what it found was put right', async () => {
    const home = (given: object) => desk.stick({ kind: 'remote-working', scope: {}, ...given });
    const manager = desk.by('line-manager', 'Lee Line');
    const without = refOf(await desk.sam('POST', url, home({})));
    expect((await manager('POST', path(without, 'approval'), {})).statusCode).toBe(422);
    const safetyReview = { reviewedOn: '2026-06-01', actionsRequired: true };
    const ref = refOf(await desk.sam('POST', url, home({ safetyReview })));
    expect((await manager('POST', path(ref, 'approval'), {})).statusCode).toBe(422);
    const yes = await manager('POST', path(ref, 'approval'), { actionsDone: 'A chair was delivered.' });
    expect(yes.json()).toMatchObject({ status: 'approved', safetyReview: { actionsDone: 'A chair was delivered.' } });
  });
});

describe('an end', () => {
  const approved = async () => {
    const ref = await asked();
    await desk.officer('POST', path(ref, 'approval'), {});
    return ref;
  };

  it('comes by revocation, with a reason, by whoever could have given it or gives it back', async () => {
    const ref = await approved();
    expect((await desk.officer('POST', path(ref, 'revocation'), {})).statusCode).toBe(400);
    expect((await desk.by('worker', 'Kit Marsh')('POST', path(ref, 'revocation'), { reason: 'x' })).statusCode).toBe(
      403,
    );
    const revoked = await desk.officer('POST', path(ref, 'revocation'), { reason: 'The stick was lost.' });
    expect(revoked.json()).toMatchObject({
      status: 'revoked',
      revokedBy: 'Ann Officer',
      revokedReason: 'The stick was lost.',
    });
    expect((await desk.sam('POST', path(await approved(), 'revocation'), { reason: 'Handed in.' })).statusCode).toBe(
      200,
    );
  });

  it('comes by itself', async () => {
    const ref = await approved();
    const now = desk.clock.now();
    const { body } = await desk.officer('GET', `${url}?status=approved&person=Sam%20Rivers`);
    expect(body).toContain(ref);
    await desk.db.updateTable('authorisations').set({ valid_to: now }).where('ref', '=', ref).execute();
    expect((await desk.officer('GET', `${url}/${ref}`)).json()).toMatchObject({ status: 'lapsed' });
    expect((await desk.officer('GET', `${url}?status=lapsed`)).body).toContain(ref);
    expect((await desk.officer('GET', `${url}?status=approved`)).body).not.toContain(ref);
    expect((await desk.officer('POST', path(ref, 'revocation'), { reason: 'late' })).statusCode).toBe(409);
  });

  it('of a request is a withdrawal by whoever asked', async () => {
    const ref = await asked();
    expect((await desk.officer('POST', path(ref, 'withdrawal'), {})).statusCode).toBe(403);
    expect((await desk.sam('POST', path(ref, 'withdrawal'))).json()).toMatchObject({ status: 'withdrawn' });
    expect((await desk.officer('POST', path(ref, 'approval'), {})).statusCode).toBe(409);
  });
});

describe('reading', () => {
  it('shows a worker their own, and an officer everybody’s', async () => {
    const ref = refOf(
      await desk.ict('POST', url, desk.stick({ accepted: undefined, subject: { devices: ['DBC-2'] } })),
    );
    expect((await desk.sam('GET', url)).body).not.toContain(ref);
    expect((await desk.sam('GET', `${url}/${ref}`)).statusCode).toBe(404);
    const own = await asked();
    expect((await desk.sam('GET', url)).body).toContain(own);
    expect((await desk.officer('GET', `${url}?device=DBC-2`)).body).toContain(ref);
    expect((await desk.officer('GET', `${url}?device=DBC-2`)).body).not.toContain(own);
    expect((await desk.officer('GET', `${url}?device=DBC-1`)).body).toContain(own);
    expect((await desk.by('auditor', 'Al Audit')('GET', `${url}/${own}`)).json()).toMatchObject({
      devices: ['DBC-1'],
      history: [{ type: 'accepted' }, { type: 'requested', actor: 'token:Sam Rivers' }],
    });
  });

  it('gives a next page, and what ends before a day', async () => {
    const first = (await desk.officer('GET', `${url}?limit=2`)).json<{
      items: { ref: string }[];
      nextCursor: string;
    }>();
    const next = (await desk.officer('GET', `${url}?limit=2&cursor=${first.nextCursor}`)).json<typeof first>();
    expect(new Set([...first.items, ...next.items].map(({ ref }) => ref)).size).toBe(4);
    const ending = await desk.officer('GET', `${url}?endsBefore=${new Date(desk.clock.now() - DAY).toISOString()}`);
    expect(ending.json<{ items: unknown[] }>().items).toEqual([]);
  });
});

describe('an incident', () => {
  const declare = { title: 'Flood at the Forum', description: 'The offices are closed.' };
  const printing = (incident?: string) =>
    desk.stick({
      kind: 'incident-printing',
      scope: { printers: ['*HomePrinter*'] },
      validTo: desk.inDays(14),
      ...(incident === undefined ? {} : { incident }),
    });

  it('is declared by an assistant director or above, and ends once', async () => {
    expect((await desk.ict('POST', '/api/v1/incidents', declare)).statusCode).toBe(403);
    const made = await desk.director('POST', '/api/v1/incidents', declare);
    expect(made.json()).toMatchObject({ ref: expect.stringMatching(/^IN-2026-/) as string, endedAt: null });
    const ref = refOf(made);
    const ended = await desk.director('POST', `/api/v1/incidents/${ref}/end`, { reason: 'The offices are open.' });
    const { endedAt } = ended.json<{ endedAt: string }>();
    desk.clock.pass(1000);
    const again = await desk.director('POST', `/api/v1/incidents/${ref}/end`, { reason: 'Again.' });
    expect(again.json()).toMatchObject({ endedAt, endReason: 'The offices are open.' });
    expect(await acts('incident-ended')).toEqual([['token:Ada Director', `incident:${ref}`]]);
  });

  it('is named where printing at home is asked for, and takes it with it at its end', async () => {
    expect((await desk.sam('POST', url, printing())).statusCode).toBe(422);
    const incident = refOf(await desk.director('POST', '/api/v1/incidents', declare));
    const [given, waiting, later] = [
      refOf(await desk.sam('POST', url, printing(incident))),
      refOf(await desk.sam('POST', url, printing(incident))),
      refOf(await desk.sam('POST', url, { ...printing(incident), validFrom: desk.inDays(5) })),
    ];
    for (const ref of [given, later])
      expect((await desk.director('POST', path(ref, 'approval'), {})).statusCode).toBe(200);
    desk.clock.pass(60_000);
    await desk.director('POST', `/api/v1/incidents/${incident}/end`, { reason: 'Over.' });
    const now = new Date(desk.clock.now()).toISOString();
    expect((await desk.officer('GET', `${url}/${given}`)).json()).toMatchObject({
      status: 'lapsed',
      validTo: now,
      history: [{ type: 'incident-ended' }, { type: 'approved' }, { type: 'accepted' }, { type: 'requested' }],
    });
    expect((await desk.officer('GET', `${url}/${waiting}`)).json()).toMatchObject({ status: 'refused' });
    expect((await desk.officer('GET', `${url}/${later}`)).json()).toMatchObject({ status: 'revoked' });
    expect((await desk.sam('POST', url, printing(incident))).statusCode).toBe(422);
  });
});
