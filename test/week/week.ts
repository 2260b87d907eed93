import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDice, type Dice } from '../simulation/dice.ts';
import { createWorld, type World } from '../support/clock.ts';
import { type Council, createCouncil } from '../support/council.ts';
import { onSqlite } from '../support/database.ts';
import { transportTo } from '../support/laptop.ts';
import { putPolicy } from '../support/policy.ts';
import { ACCEPTED, END, localTime, london, MONDAY, ROLL_OUT } from './calendar.ts';
import { createDevice, type Device, G } from './device.ts';
import { createFleet, holdersCsv, type Member, registerCsv } from './fleet.ts';
import { type Day, dayOf, goHome, moveIn, NEW_COPIER, use, wakeUp } from './life.ts';
import { newMachine } from './machine.ts';
import { type Breach, breachesOf, type Item, itemsOf, type Outcome, outcomeOf } from './officer.ts';
import { authorise, by, PLANTED } from './planted.ts';

const HALF_HOUR = 1_800_000;
const POLICY = readFileSync(new URL('../../policies/dacorum.yaml', import.meta.url), 'utf8').replace(
  'effectiveFrom: 2026-11-01',
  'effectiveFrom: 2026-09-01',
);

export interface DayFigures {
  readonly day: string;
  readonly devices: number;
  readonly checkIns: number;
  readonly findings: number;
  /** Device and rule pairs that fail by a rule that only watches, in the evening. */
  readonly watched: number;
}

export interface Week {
  readonly days: readonly DayFigures[];
  readonly breaches: readonly Breach[];
  readonly items: readonly Item[];
  readonly outcomes: readonly Outcome[];
  readonly acceptedItems: readonly string[];
}

/** One device with whoever uses it. */
interface Life {
  readonly member: Member;
  readonly device: Device;
  readonly dice: Dice;
  readonly planted: (typeof PLANTED)[number] | undefined;
  today: Day | undefined;
  isOn: boolean;
  lookedAt: number;
}

interface Stage {
  readonly world: World;
  readonly council: Council;
  readonly lives: readonly Life[];
  /** Of the day that is going on. */
  readonly tally: { devices: Set<string>; checkIns: number };
}

async function ask(council: Council, ...request: Parameters<Council['ask']>): Promise<unknown> {
  const { status, body } = await council.ask(...request);
  if (status >= 300) throw new Error(`${request[1]}: ${JSON.stringify(body)}`);
  return body;
}

async function settle({ device, member }: Life, tally: Stage['tally']): Promise<void> {
  tally.devices.add(member.assetTag);
  tally.checkIns += await device.checkIn();
  // What came with the answer is judged by at once.
  if (!device.hasNews()) return;
  await device.cycle();
  if (device.pending() > 0) tally.checkIns += await device.checkIn();
}

/** The register from a file, and every device enrolled by the fleet key. */
async function rollOut(world: World, council: Council, count: number, seed: number): Promise<Stage> {
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

/** Three weeks in which the policy only watches: each device that is used calls once more. */
async function watch(stage: Stage): Promise<void> {
  const { world, council, lives, tally } = stage;
  const calls = [london('2026-10-09T10:00')];
  for (; world.time < MONDAY; world.time += 6 * 3_600_000) {
    await council.app().jobs.runDue();
    // The server was there all the while, as it would have noted every quarter of an hour.
    await council.db().updateTable('uptime').set({ last_beat_at: world.time + 6 * 3_600_000 }).execute();
    if (calls[0] === undefined || world.time < calls[0]) continue;
    calls.shift();
    for (const life of lives) {
      const { member, device, dice, planted } = life;
      if ((planted?.silentFrom ?? END) < world.time) continue;
      if (['cupboard', 'in-store', 'in-repair', 'long-away'].includes(member.habit)) continue;
      wakeUp(member, device.machine, 'office', world.time, dice);
      device.machine.signaturesAt = world.time;
      await device.cycle();
      await settle(life, tally);
    }
  }
  world.time = MONDAY;
}

/** What ICT and the officer do before anything is reported: states, holders, printers, and what is meant to be so. */
async function accept({ council, lives }: Stage): Promise<string[]> {
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
  type Baseline = { items: { id: string; name: string; kind: string }[]; proposal: { source: string } | null };
  const { items } = (await ask(council, 'GET', path)) as Baseline;
  const decisions = items.map(({ id, kind, name }) => ({
    item: id,
    decision: kind === 'stick' || name.includes('hertscourts') ? 'refused' : 'accepted',
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

const isWithin = (at: number, span: readonly [number, number] | undefined) =>
  span !== undefined && at >= span[0] && at < span[1];

function isUsed({ today, planted }: Life, at: number): boolean {
  if (planted?.silentFrom !== undefined && at >= planted.silentFrom) return false;
  const { hour, day } = localTime(at);
  if (planted?.lateOn === day && hour < 3) return true;
  return today !== undefined && hour >= today.from && hour < today.to;
}

const LOOK_EVERY_MS = 6 * 3_600_000;

/** Half an hour of one device. */
async function live(life: Life, { world, council, tally }: Stage): Promise<void> {
  const { member, device, dice, planted } = life;
  const at = world.time;
  const isNow = planted?.at === at;
  if (isNow && planted.by === 'report')
    await by(council, 'worker', member.holder ?? '', '/api/v1/breaches', {
      title: 'A laptop is lost',
      description: 'I left it on the train to Tring.',
      device: member.assetTag,
    });
  const isOn = isUsed(life, at);
  if (!isOn && life.isOn) goHome(member, device.machine, dice);
  const isFirst = isOn && !life.isOn;
  life.isOn = isOn;
  if (!isOn) return;
  const today = life.today ?? { from: 0, to: 3, where: 'home' };
  if (isFirst) wakeUp(member, device.machine, today.where, at, dice);
  const isNew = member.habit === 'planted' ? at - device.machine.signaturesAt > 86_400_000 : use(member, device.machine, today, at, dice);
  if (member.habit === 'planted') {
    if (isNew) Object.assign(device.machine, { signaturesAt: at, missing: [] });
    device.machine.present = [];
    if (isNow) planted.act?.(device.machine);
  }
  const isFailing = device.isUnprotected();
  if (isFirst || isNew || isNow || isFailing || at - life.lookedAt >= LOOK_EVERY_MS) {
    await device.cycle();
    life.lookedAt = at;
  }
  if (isWithin(at, planted?.unreachable) || (today.where === 'hotel' && dice.chance(0.3))) return;
  // One that is well says so once a day and not every five minutes: nothing hangs on it.
  if (isFirst || isFailing || device.pending() > 0) await settle(life, tally);
}

const CALL_EVERY_MS = 600_000;

/** Time in contact is counted between calls that are close together: those whose grace hangs on it make them. */
async function call({ world, lives, tally }: Stage): Promise<void> {
  const begun = world.time;
  for (const minutes of [1, 2]) {
    world.time = begun + minutes * CALL_EVERY_MS;
    for (const life of lives) if (life.isOn && life.device.isUnprotected()) await settle(life, tally);
  }
  world.time = begun;
}

/** The officer looks at the printers that nobody has classified, in the morning of each day of work. */
async function classify({ council, world }: Stage): Promise<void> {
  const { hour, dayOfWeek } = localTime(world.time);
  if (world.time < ACCEPTED || hour !== 9 || dayOfWeek > 5) return;
  const path = '/api/v1/registers/printers';
  const { items } = (await ask(council, 'GET', `${path}/unclassified`)) as { items: { target: string }[] };
  for (const { target } of items)
    if (target === NEW_COPIER.target) await ask(council, 'POST', path, { pattern: target, class: 'council' });
}

async function endDay({ council, tally }: Stage, day: string, begun: number): Promise<DayFigures> {
  const { count } = await council
    .db()
    .selectFrom('findings')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('received_at', '>=', begun)
    .executeTakeFirstOrThrow();
  type Standing = { items: { mode: string; failing: number }[] };
  const { items } = (await ask(council, 'GET', '/api/v1/policies/standing')) as Standing;
  const watched = items.reduce((sum, { mode, failing }) => sum + (mode === 'observe' ? failing : 0), 0);
  const figures = { day, devices: tally.devices.size, checkIns: tally.checkIns, findings: Number(count), watched };
  tally.devices.clear();
  tally.checkIns = 0;
  return figures;
}

async function liveThrough(stage: Stage): Promise<Pick<Week, 'days' | 'acceptedItems'>> {
  const { world, council, lives } = stage;
  const days: DayFigures[] = [];
  let acceptedItems: string[] = [];
  let [day, begun] = ['', world.time];
  stage.tally.devices.clear();
  stage.tally.checkIns = 0;
  for (; world.time < END; world.time += HALF_HOUR) {
    const now = localTime(world.time);
    if (now.day !== day) {
      if (day !== '') days.push(await endDay(stage, day, begun));
      [day, begun] = [now.day, world.time];
      for (const life of lives) life.today = dayOf(life.member, now, life.dice);
    }
    if (world.time === ACCEPTED) acceptedItems = await accept(stage);
    await classify(stage);
    const t0 = performance.now(); for (const life of lives) await live(life, stage);
    await call(stage);
    const t1 = performance.now(); await council.app().jobs.runDue(); T.live += t1 - t0; T.jobs += performance.now() - t1;
  }
  days.push(await endDay(stage, day, begun));
  return { days, acceptedItems };
}

const T = { live: 0, jobs: 0 };
export interface WeekOptions {
  readonly devices: number;
  readonly seed: number;
}

/** A council's first week with reports, from the roll-out on; the same for the same seed. */
export async function liveWeek({ devices, seed }: WeekOptions): Promise<Week> {
  const world = createWorld(new Date(ROLL_OUT).toISOString());
  // In memory where there is such a place: ten thousand check-ins would wait for the disk.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'beadle-week-'));
  const council = await createCouncil(world, { database: onSqlite(join(folder, 'db')) });
  const stage = await rollOut(world, council, devices, seed);
  try {
    console.log('rolled', performance.now()); await watch(stage); console.log('watched', performance.now());
    const lived = await liveThrough(stage);
    console.log(T, G); const breaches = await breachesOf(council);
    const items = await itemsOf(council, breaches);
    const outcomes = PLANTED.map((planted, index) =>
      outcomeOf(planted, stage.lives[index]?.member.assetTag ?? '', { breaches, items }),
    );
    return { ...lived, breaches, items, outcomes };
  } finally {
    for (const { device } of stage.lives) device.close();
    await council.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
