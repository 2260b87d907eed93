import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { type Desk, openDesk } from './desk.ts';
import { fileOf, sendFile, STICK } from './paper-file.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
});
afterAll(() => desk.close());

const send = (file: string, given: Parameters<typeof sendFile>[2] = {}) => sendFile(desk, file, given);
const held = () => desk.db.selectFrom('authorisations').selectAll().execute();

describe('approvals that exist on paper', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    ['of a kind that nothing knows', { kind: 'holidays' }, 'kind', /Nothing in force knows the kind holidays/],
    [
      'for a device that is not in the register',
      { for: 'devices', subject: 'DBC-1;DBC-9' },
      'subject',
      /There is no device DBC-9/,
    ],
    ['for a population that there is not', { for: 'population', subject: 'pirates' }, 'subject', /a population/],
    ['approved by whom it is for', { approver: ' sam rivers' }, 'approver', /somebody other than whom it is for/],
    [
      'approved by the holder of its device',
      { for: 'devices', subject: 'DBC-1', approver: 'Sam Rivers' },
      'approver',
      /other than whom it is for/,
    ],
    ['approved by who records it', { approver: 'ira admin' }, 'approver', /let another person import/],
    [
      'of a role that does not suffice',
      { approver_role: 'line-manager' },
      'approver_role',
      /it takes information-security-team-leader or siro/,
    ],
    ['without an end', { to: '' }, 'to', /a day such as/],
    ['that is too long', { to: '2027-05-02' }, 'to', /It may last P1Y at the most/],
    ['that ends before it begins', { to: '2026-04-30' }, 'to', /after its beginning/],
    ['that has ended', { to: '2026-06-01' }, 'to', /Its end has passed/],
    ['approved tomorrow', { approved_on: '2026-06-05', from: '2026-06-05' }, 'approved_on', /a day up to today/],
    ['that begins before it was approved', { approved_on: '2026-05-06' }, 'from', /4 days before the approval/],
    ['whose risks were accepted after it', { accepted_on: '2026-05-02' }, 'accepted_on', /up to that of the approval/],
    ['of an incident that nobody declared', { incident: 'IN-2026-000009' }, 'incident', /no incident IN-2026-000009/],
    [
      'that needs an incident',
      { kind: 'incident-printing', sticks: '', to: '2026-05-10', from: '2026-05-01', approver_role: 'director' },
      'to',
      /Its end has passed/,
    ],
    [
      'that needs a review of the place',
      { kind: 'remote-working', sticks: '', approver_role: 'director' },
      'reviewed_on',
      /health and safety review/,
    ],
    [
      'of SECRET paper',
      { kind: 'paper-at-home', sticks: '', to: '2026-07-01', approver_role: 'director', purpose: 'SECRET minutes.' },
      'purpose',
      /SECRET and above/,
    ],
    ['for a rule that it does not excuse', { rules: 'home-printing' }, 'kind', /No rule of the policy in force/],
  ])('are refused where one is %s, and nothing is done', async (_, given, column, expected) => {
    const answer = await send(fileOf(STICK, { ...STICK, sticks: 'OTHER', ...given }));
    const header = [...new Set([...Object.keys(STICK), ...Object.keys(given)])];
    expect([answer.statusCode, await held()]).toEqual([422, []]);
    const [error] = answer.json().errors;
    expect(error.field).toBe(`3:${header.indexOf(column) + 1}: ${column}`);
    expect(error.expected).toMatch(expected);
  });

  it('name every line that is wrong', async () => {
    const answer = await send(fileOf({ ...STICK, kind: 'holidays' }, STICK, { ...STICK, approver: 'Sam Rivers' }));
    expect(answer.json().errors.map(({ field }: { field: string }) => field)).toEqual(['2:1: kind', '4:5: approver']);
  });
});
