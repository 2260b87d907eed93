import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Desk, openDesk, refOf } from '../authorisations/desk.ts';
import { seedDevice } from '../support/seed.ts';

const policy = (exemptions: string) => `beadlePolicy: 1
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
    duty: holder
    exemptions: ${exemptions}
`;
const OVERSEAS = '[{ kind: overseas, approver: siro, maximum: P60D }]';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(policy(OVERSEAS));
  await seedDevice(desk.db, {
    id: 'one',
    asset_tag: 'DBC-1',
    holder: 'Sam Rivers',
    population: 'employee',
    groups: '["planning"]',
    country: 'FR',
  });
});
afterEach(() => desk.close());

const url = '/api/v1/authorisations';
const stay = (given: object = {}) => ({
  kind: 'overseas',
  subject: { person: 'Sam Rivers' },
  scope: { countries: ['FR'] },
  purpose: 'A conference.',
  risks: 'The laptop may be looked at by a border guard.',
  acceptedOn: '2026-06-01',
  validFrom: desk.inDays(0),
  validTo: desk.inDays(10),
  ...given,
});

async function approved(given: object = {}): Promise<string> {
  const ref = refOf(await desk.ict('POST', url, stay(given)));
  const { statusCode, body } = await desk.siro('POST', `${url}/${ref}/approval`, {});
  if (statusCode !== 200) throw new Error(body);
  return ref;
}

async function judged(days = 0) {
  desk.clock.pass(days * DAY);
  await desk.server.app.jobs.runDue();
  const { items } = (await desk.officer('GET', '/api/v1/devices/DBC-1/states')).json();
  const { verdict, reason, authorisation } = items.find((one: { rule: string }) => one.rule === 'abroad');
  return { verdict, reason, authorisation };
}
const breaches = () => desk.db.selectFrom('breaches').select(['rule', 'status']).execute();
const FAILS = { verdict: 'fail', reason: null, authorisation: null };
const excusedBy = (authorisation: string) => ({ verdict: 'exempt', reason: 'authorised', authorisation });

describe('a device that calls from abroad', () => {
  it.each([
    ['its holder', { person: 'sam  rivers' }],
    ['itself', { devices: ['DBC-1'] }],
    ['a group', { group: 'Planning' }],
    ['a population', { population: 'employee' }],
  ])('is excused by an authorisation for %s, with its reference, and opens no breach', async (_, subject) => {
    const ref = await approved({ subject });
    expect(await judged()).toEqual(excusedBy(ref));
    expect(await breaches()).toEqual([]);
  });

  it.each([
    ['for another country', { scope: { countries: ['DE', 'ES'] } }],
    ['for no country by name', { scope: {} }],
    ['for somebody else', { subject: { person: 'Kit Osei' } }],
    ['that has not begun', { validFrom: '2026-06-06T00:00:00Z' }],
  ])('is not excused by one %s', async (_, given) => {
    await approved(given);
    expect(await judged()).toEqual(FAILS);
    expect(await breaches()).toEqual([{ rule: 'abroad', status: 'suspected' }]);
  });

  it('is not excused by what nobody has approved', async () => {
    await desk.ict('POST', url, stay());
    expect(await judged()).toEqual(FAILS);
  });

  it('fails at the next judging after the end, without having called again, and the breach is new', async () => {
    const ref = await approved();
    expect(await judged()).toEqual(excusedBy(ref));
    expect(await judged(9.9)).toEqual(excusedBy(ref));
    expect(await judged(0.2)).toEqual(FAILS);
    expect(await breaches()).toEqual([{ rule: 'abroad', status: 'suspected' }]);
  });

  it('fails at the next judging after it was revoked', async () => {
    const ref = await approved();
    expect(await judged()).toEqual(excusedBy(ref));
    await desk.siro('POST', `${url}/${ref}/revocation`, { reason: 'The conference is off.' });
    expect(await judged(0.02)).toEqual(FAILS);
  });

  it('is excused from the beginning on of one that comes later, which ends the breach', async () => {
    expect(await judged()).toEqual(FAILS);
    const ref = await approved({ validFrom: desk.inDays(1) });
    expect(await judged(0.9)).toEqual(FAILS);
    expect(await judged(0.2)).toEqual(excusedBy(ref));
    expect(await breaches()).toEqual([{ rule: 'abroad', status: 'restored' }]);
  });

  it('is no longer excused once somebody else holds it', async () => {
    const ref = await approved();
    expect(await judged()).toEqual(excusedBy(ref));
    await desk.ict('PATCH', '/api/v1/devices/DBC-1', { holder: 'Kit Osei' });
    expect(await judged(0.02)).toEqual(FAILS);
  });

  it('stands in a preview as it would be judged', async () => {
    await approved();
    await seedDevice(desk.db, { asset_tag: 'DBC-2', country: 'DE' });
    await seedDevice(desk.db, { asset_tag: 'DBC-3', country: 'GB' });
    await seedDevice(desk.db, { asset_tag: 'DBC-4', country: null });
    const shorter = policy('[{ kind: travel, approver: siro, maximum: P60D }]').replace('version: "1"', 'version: "2"');
    const preview = async (payload: string) => {
      const headers = { 'content-type': 'application/yaml' };
      const { headers: answered } = await desk.server.as('administrator', {
        method: 'POST',
        url: '/api/v1/policies/preview',
        payload,
        headers,
      });
      await desk.server.app.jobs.runDue();
      return (await desk.server.as('auditor', { url: String(answered.location) })).json();
    };
    const [rule] = (await preview(shorter)).rules.filter(({ rule: id }: { rule: string }) => id === 'abroad');
    expect(rule.devices).toMatchObject({
      before: { pass: 1, fail: 1, exempt: 1, unknown: 1 },
      after: { pass: 1, fail: 2, exempt: 0, unknown: 1 },
    });
  });
});
