import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { DAY, type Desk, openDesk, refOf } from './desk.ts';

const POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Northmere Borough Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - id: abroad
    clause: "3"
    says: Council devices are used in the United Kingdom.
    check: location
    require: { countries: [GB] }
    severity: high
    mode: report
    exemptions: [{ kind: overseas, approver: siro, maximum: P60D, maximumInYear: P28D }]
  - id: printing
    clause: "5.14"
    says: No printing at home.
    check: printing
    require: { homePrinting: deny }
    severity: high
    exemptions: [{ kind: paper-at-home, approver: assistant-director, maximum: P90D }]
`;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(POLICY);
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
  await seedDevice(desk.db, { id: 'pool', asset_tag: 'DBC-2' });
});
afterEach(() => desk.close());

const url = '/api/v1/authorisations';
const BASE = Date.parse('2026-06-04T23:00:00Z');
/** From a day to another, both included, counted from 5 June 2026. */
const stay = (first: number, last: number, given: object = {}) => ({
  kind: 'overseas',
  subject: { person: 'Sam Rivers' },
  scope: { countries: ['FR'] },
  purpose: 'A conference.',
  risks: 'The laptop may be looked at.',
  acceptedOn: '2026-06-01',
  validFrom: new Date(BASE + first * DAY).toISOString(),
  validTo: new Date(BASE + (last + 1) * DAY).toISOString(),
  ...given,
});
const ask = (first: number, last: number, given: object = {}) => desk.ict('POST', url, stay(first, last, given));
const approve = (ref: string) => desk.siro('POST', `${url}/${ref}/approval`, {});
async function approved(first: number, last: number, given: object = {}): Promise<string> {
  const ref = refOf(await ask(first, last, given));
  const { statusCode, body } = await approve(ref);
  if (statusCode !== 200) throw new Error(body);
  return ref;
}

describe('a cap of days in a year', () => {
  it('is told when one is asked for, with how many are left and what takes the others', async () => {
    const first = await ask(0, 19);
    expect([first.statusCode, first.json().daysInYear]).toEqual([
      201,
      [{ who: 'Sam Rivers', daysInYear: 28, from: '2026-06-05', left: 28, taken: [] }],
    ]);
    const ref = refOf(first);
    await approve(ref);
    const second = await ask(100, 107);
    expect(second.json().daysInYear).toEqual([
      {
        who: 'Sam Rivers',
        daysInYear: 28,
        from: '2026-09-13',
        left: 8,
        taken: [{ ref, from: '2026-06-05', to: '2026-06-24', days: 20 }],
      },
    ]);
    const page = await (await desk.server.signIn('siro', 'Sol Siro')).get(`/authorisations/${refOf(second)}`);
    expect(page.body).toContain('8 of 28 left from 13 September 2026 on');
    await approve(refOf(second));
    expect((await desk.siro('GET', `${url}/${refOf(second)}`)).json().daysInYear).toBeNull();
  });

  it('refuses a request that is too long, and says until when it could last', async () => {
    const ref = await approved(0, 19);
    const { statusCode, body } = await ask(100, 110);
    expect([statusCode, JSON.parse(body).detail]).toEqual([
      422,
      'The policy allows Sam Rivers 28 days of overseas in any 365. With this one it would be 31 in those from ' +
        `5 June 2026 to 4 June 2027: ${ref} takes 20 days (5 June 2026 to 24 June 2026). ` +
        '8 days are left from 13 September 2026 on: let its last day be 20 September 2026.',
    ]);
  });

  it('is held against when it is approved: of two that each fit the second does not', async () => {
    const [one, two] = [refOf(await ask(0, 19)), refOf(await ask(40, 59))];
    expect((await approve(one)).statusCode).toBe(200);
    const refused = await approve(two);
    expect([refused.statusCode, refused.json().detail]).toEqual([422, expect.stringContaining(`${one} takes 20 days`)]);
    const page = await (await desk.server.signIn('siro', 'Sol Siro')).get(`/authorisations/${two}`);
    expect(page.body).toContain('This cannot be approved yet. The policy allows Sam Rivers 28 days');
  });

  it('is kept by approvals that come at once', async () => {
    const refs = [];
    for (const at of [0, 40, 80, 120]) refs.push(refOf(await ask(at, at + 13)));
    const codes = (await Promise.all(refs.map(approve))).map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 200)).toHaveLength(2);
    expect(codes.filter((code) => code === 422)).toHaveLength(2);
  });

  it('counts one that was revoked up to then, and one that had not begun not at all', async () => {
    const ref = await approved(0, 19);
    const later = await approved(40, 47);
    desk.clock.pass(3 * DAY);
    for (const one of [ref, later]) await desk.siro('POST', `${url}/${one}/revocation`, { reason: 'It is off.' });
    const asked = await ask(100, 123);
    expect(asked.json().daysInYear).toMatchObject([
      { left: 25, taken: [{ ref, from: '2026-06-05', to: '2026-06-07', days: 3 }] },
    ]);
  });

  it('counts for a person what is for their device, and for a device what its next holder would be given', async () => {
    await approved(0, 19, { subject: { devices: ['DBC-1'] } });
    expect((await ask(40, 50)).statusCode).toBe(422);
    await desk.ict('PATCH', '/api/v1/devices/DBC-1', { holder: 'Kit Osei' });
    expect((await ask(40, 50)).statusCode).toBe(422);
    expect((await ask(40, 50, { subject: { person: 'Kit Osei' } })).statusCode).toBe(201);
    const detail = (await ask(40, 50, { subject: { devices: ['DBC-1'] } })).json().detail;
    expect(detail).toContain('allows DBC-1 28 days');
  });

  it('is another’s own, and not of another kind', async () => {
    await approved(0, 27);
    expect((await ask(40, 67, { subject: { person: 'Kit Osei' } })).statusCode).toBe(201);
    expect((await ask(40, 67, { subject: { devices: ['DBC-2'] } })).statusCode).toBe(201);
    expect((await ask(40, 67, { kind: 'paper-at-home', scope: {} })).statusCode).toBe(201);
  });

  it.each([{ group: 'Planning' }, { population: 'employee' }])(
    'cannot be counted for %j, which is told',
    async (subject) => {
      const { statusCode, body } = await ask(0, 3, { subject });
      expect([statusCode, JSON.parse(body).detail]).toEqual([
        422,
        expect.stringContaining('ask for it by a person’s name'),
      ]);
    },
  );

  it('is kept by any order of requests, approvals and revocations', async () => {
    const act = fc.oneof(
      fc.record({
        do: fc.constant('ask' as const),
        first: fc.integer({ min: 0, max: 80 }),
        length: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({ do: fc.constantFrom('approve' as const, 'revoke' as const), which: fc.nat({ max: 20 }) }),
      fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 9 }) }),
    );
    let person = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 16 }), async (acts) => {
        person += 1;
        const subject = { person: `Person ${person}` };
        const refs: string[] = [];
        const began = Math.round((desk.clock.now() - BASE) / DAY);
        for (const one of acts) {
          if (one.do === 'wait') desk.clock.pass(one.days * DAY);
          if (one.do === 'ask') {
            const first = began + one.first;
            const asked = await ask(first, first + one.length - 1, { subject });
            if (asked.statusCode === 201) refs.push(refOf(asked));
          }
          if (one.do !== 'approve' && one.do !== 'revoke') continue;
          const ref = refs[one.which % Math.max(1, refs.length)];
          if (ref === undefined) continue;
          if (one.do === 'approve') await approve(ref);
          else await desk.siro('POST', `${url}/${ref}/revocation`, { reason: 'Over.' });
        }
        const rows = await desk.db
          .selectFrom('authorisations')
          .selectAll()
          .where('status', 'in', ['approved', 'revoked'])
          .execute();
        const held = rows.filter(({ subject: whose }) => JSON.parse(whose).person === subject.person);
        // Within a year of each other: all of them are in one 365 days.
        const days = new Set<number>();
        for (const { valid_from, valid_to, revoked_at } of held)
          for (let at = valid_from; at < Math.min(valid_to, revoked_at ?? valid_to); at += DAY)
            days.add(Math.floor((at - BASE) / DAY));
        expect(days.size).toBeLessThanOrEqual(28);
      }),
      { numRuns: 12 },
    );
  });
});
