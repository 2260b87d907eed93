import { addressOfCountry } from './addresses.ts';
import { daysFrom, dayOf, timeOn, workdayFrom } from './calendar.ts';
import { createFleet, devicesCsv, type Member } from './fleet.ts';
import { enrolLife, planVisits } from './life.ts';
import { newMachine } from './machine.ts';
import { accountOf, OFFICERS, peopleCsv, SETTING_UP } from './people.ts';
import { COUNCIL, MARKING, policySource } from './policy.ts';
import { type Life, momentAt, type Stage } from './stage.ts';
import { createDice } from '../simulated/dice.ts';

/** How long it takes until every device has its agent, of the whole history. */
const ROLLED_OUT = 0.035;

const REGISTERS = {
  sticks: `serial,encrypts_in_hardware,holder,note
IK-D300-55120,yes,Priya Raman,Emergency Plan; kept in the safe of the Civic Centre
IK-D300-55121,yes,Ruth Pennington,Emergency Plan; duty director
IK-D300-55134,yes,Callum Fraser,Business Continuity Plan
IK-D300-55147,no,Zainab Hussain,For building laptops
`,
  printers: String.raw`pattern,class,note
\\print01.hartsmere.example\*,council,The print server
ipp://10.40.7.21*,council,Copier in the depot
ipp://print.hertscourts.example*,permitted,The county court
ipp://print.hartsmere-leisure.example*,permitted,The leisure trust's reception
usb://Brother/HL-L2400DW*,home,Seen at home in the first month
`,
} as const;

/** The fleet before anybody has enrolled any of it. */
export const livesOf = (count: number, cast: number, seed: number, at: number): Life[] =>
  createFleet(count, cast, createDice(seed)).map((member: Member, index) => ({
    member,
    machine: newMachine(member, at),
    dice: createDice(seed, index + 1),
    device: undefined,
    isSilent: member.habit === 'never-enrolled',
    address: addressOfCountry('GB'),
  }));

async function describeCouncil({ server, start }: Stage): Promise<void> {
  const was = await server.request<object>(SETTING_UP, 'GET', '/api/v1/organisation');
  const told = dayOf(daysFrom(start, -21));
  await server.request(SETTING_UP, 'PUT', '/api/v1/organisation', {
    ...was,
    name: COUNCIL,
    marking: MARKING,
    contact: 'the Information Security Team on 01999 555 0142',
    dpiaReference: `DPIA-${told.slice(0, 4)}-031`,
    staffToldOn: told,
    consultationRecord: 'Joint Consultative Committee, minute 14',
    dataProtectionContact: {
      name: OFFICERS.dataProtection.name,
      email: 'dpo@hartsmere.example',
      telephone: '01999 555 0177',
    },
  });
}

async function nameOfficers({ server, start, lives }: Stage): Promise<void> {
  const people = lives.flatMap(({ member: { holder } }) => holder ?? []);
  await server.request(SETTING_UP, 'POST', '/api/v1/people/import', peopleCsv(people), 'text/csv');
  const from = dayOf(start);
  for (const { name, role } of Object.values(OFFICERS))
    await server.request(SETTING_UP, 'POST', '/api/v1/roles', {
      role,
      account: accountOf(name),
      standing: 'holder',
      from,
    });
  const deputy = { role: OFFICERS.officer.role, account: accountOf(OFFICERS.analyst.name), standing: 'deputy', from };
  await server.request(SETTING_UP, 'POST', '/api/v1/roles', deputy);
}

/** The council's registers, and the first version of its policy, which only watches. */
export async function setUp(stage: Stage): Promise<void> {
  const { server, lives, start, policy } = stage;
  await describeCouncil(stage);
  await nameOfficers(stage);
  const devices = devicesCsv(lives.map(({ member }) => member));
  await server.request(OFFICERS.ict, 'POST', '/api/v1/devices/import', devices, 'text/csv');
  for (const [name, text] of Object.entries(REGISTERS))
    await server.request(OFFICERS.officer, 'POST', `/api/v1/registers/${name}/import`, text, 'text/csv');
  const from = dayOf(start);
  const source = policySource(policy, { version: `${from.slice(0, 4)}.1`, from, stage: 0 });
  await server.request(OFFICERS.officer, 'POST', '/api/v1/policies', source, 'application/yaml');
  await server.work();
}

/** The agents come onto the devices, a few each day of the first weeks; some are put away later. */
export async function planRollOut(stage: Stage): Promise<void> {
  const { server, timeline, lives, start } = stage;
  const used = lives.filter(({ member }) => member.habit !== 'never-enrolled');
  const key = { uses: used.length, days: 30 };
  const { token } = await server.request<{ token: string }>(OFFICERS.ict, 'POST', '/api/v1/enrolment-tokens', key);
  for (const [index, life] of used.entries()) {
    const day = momentAt(stage, (ROLLED_OUT * index) / used.length);
    const at = workdayFrom(timeOn(Math.max(day, start), '09:10')) + (index % 90) * 180_000 + 60_000;
    timeline.at(Math.max(at, start + 60_000), () => enrolLife(stage, life, token));
    planVisits(stage, life, at);
  }
}
