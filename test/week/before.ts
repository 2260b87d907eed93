import { readFileSync } from 'node:fs';
import { createDice } from '../simulation/dice.ts';
import type { World } from '../support/clock.ts';
import type { Council } from '../support/council.ts';
import { transportTo } from '../support/laptop.ts';
import { putPolicy } from '../support/policy.ts';
import { london, MONDAY } from './calendar.ts';
import { createDevice } from './device.ts';
import { createFleet, holdersCsv, registerCsv } from './fleet.ts';
import { moveIn } from './life.ts';
import { newMachine } from './machine.ts';
import { authorise, PLANTED } from './planted.ts';
import { ask, type Life, noteUptime, settle, type Stage } from './stage.ts';

const POLICY = readFileSync(new URL('../../policies/dacorum.yaml', import.meta.url), 'utf8').replace(
  'effectiveFrom: 2026-11-01',
  'effectiveFrom: 2026-09-01',
);

/** The register from a file, and every device enrolled by the fleet key. */
export async function rollOut(world: World, council: Council, count: number, seed: number): Promise<Stage> {
  const was = (await ask(council, 'GET', '/api/v1/organisation')) as object;
  const records = { dpiaReference: 'DPIA-12', staffToldOn: '2026-09-01', consultationRecord: 'Minutes' };
  await ask(council, 'PUT', '/api/v1/organisation', { ...was, ...records });
  await putPolicy(council, POLICY);
  const fleet = createFleet(count, PLANTED.length, createDice(seed));
  await ask(council, 'POST', '/api/v1/devices/import', registerCsv(fleet), 'text/csv');
  const key = (await ask(council, 'POST', '/api/v1/enrolment-tokens', { uses: count, days: 7 })) as { token: string };
  const transport = transportTo(council);
  const lives: Life[] = [];
  const tally = { devices: new Set<string>(), checkIns: 0 };
  for (const [index, member] of fleet.entries()) {
    const machine = newMachine(member.serial, world.time);
    moveIn(member, machine);
    const device = await createDevice({ world, transport, token: key.token, machine });
    if (member.traits.has('board-swapped')) machine.serial = `${machine.serial}-2`;
    const dice = createDice(seed, index + 1);
    const life = { member, device, dice, planted: PLANTED[index], today: undefined, isOn: false, lookedAt: 0 };
    lives.push(life);
    await device.cycle();
    await settle(life, tally);
  }
  return { world, council, lives, tally };
}

/** Weeks in which the policy only watches, and in which those call who are on leave when the week begins. */
export async function watch(stage: Stage): Promise<void> {
  const { world, council, lives, tally } = stage;
  const lastDayAtWork = london('2026-10-09T14:00');
  for (; world.time < MONDAY; world.time += 6 * 3_600_000) {
    await council.app().jobs.runDue();
    await noteUptime(council, world.time + 6 * 3_600_000);
    if (world.time !== lastDayAtWork) continue;
    for (const life of lives) if (life.member.habit === 'on-leave') await settle(life, tally);
  }
  world.time = MONDAY;
}

/** Of all that is proposed: ICT's own account, and the old printer. What else is an administrator the policy allows already. */
const MEANT = new Set(['dbc-laps', 'socket://10.20.4.17:9100']);

/** What ICT and the officer do before anything is reported: states, holders, printers, and what is meant to be so. */
export async function accept({ council, lives }: Stage): Promise<string[]> {
  const members = lives.map(({ member }) => member);
  await ask(council, 'POST', '/api/v1/devices/import', holdersCsv(members), 'text/csv');
  for (const { assetTag, habit } of members) {
    const state = habit === 'in-store' || habit === 'in-repair' ? habit : undefined;
    if (state !== undefined)
      await ask(council, 'PATCH', `/api/v1/devices/${assetTag}`, { state, stateReason: 'As the service desk knows.' });
  }
  for (const [pattern, kind] of [
    ['ipp://print.hertscourts.example*', 'permitted'],
    ['socket://172.20.9.5:9100', 'council'],
  ])
    await ask(council, 'POST', '/api/v1/registers/printers', { pattern, class: kind });
  const path = '/api/v1/policies/baseline';
  type Baseline = { items: { id: string; name: string }[]; proposal: { source: string } | null };
  const { items } = (await ask(council, 'GET', path)) as Baseline;
  const decisions = items.map(({ id, name }) => ({
    item: id,
    decision: MEANT.has(name) ? 'accepted' : 'refused',
    reason: 'As ICT knows it.',
  }));
  const made = (await ask(council, 'POST', path, { decisions })) as Baseline;
  if (made.proposal === null) throw new Error('nothing was proposed');
  await authorise(
    council,
    members.map(({ assetTag }) => assetTag),
    members.map(({ holder }) => holder ?? ''),
  );
  const reporting = made.proposal.source.replaceAll('mode: observe', 'mode: report');
  await ask(council, 'POST', '/api/v1/policies/preview', reporting, 'application/yaml');
  await putPolicy(council, reporting);
  return items.map(({ name }) => name);
}
