import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld } from '../support/clock.ts';
import { createCouncil } from '../support/council.ts';
import { onSqlite } from '../support/database.ts';
import { accept, rollOut, watch } from './before.ts';
import { ACCEPTED, END, localTime, MONDAY, ROLL_OUT } from './calendar.ts';
import { live } from './hour.ts';
import { dayOf, NEW_COPIER } from './life.ts';
import { type Breach, breachesOf, type Item, itemsOf, type Outcome, outcomeOf } from './officer.ts';
import { PLANTED } from './planted.ts';
import { ask, noteUptime, settle, type Stage } from './stage.ts';

const HALF_HOUR = 1_800_000;

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

/** The server's own work; while nobody is there it is left out, but that the server was there. */
async function work({ council, world }: Stage): Promise<void> {
  const { hour, dayOfWeek } = localTime(world.time);
  if (world.time > MONDAY && hour > 2 && (hour < 7 || hour > 22)) return noteUptime(council, world.time);
  if (dayOfWeek > 5 && hour % 1 !== 0) return noteUptime(council, world.time);
  await council.app().jobs.runDue();
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
  const figures = { day, devices: tally.devices.size, checkIns: tally.checkIns, findings: count, watched };
  tally.devices.clear();
  tally.checkIns = 0;
  return figures;
}

async function liveThrough(stage: Stage): Promise<Pick<Week, 'days' | 'acceptedItems'>> {
  const { world, lives } = stage;
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
    for (const life of lives) await live(life, now, stage);
    await call(stage);
    await work(stage);
  }
  days.push(await endDay(stage, day, begun));
  return { days, acceptedItems };
}

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
    await watch(stage);
    const lived = await liveThrough(stage);
    const breaches = await breachesOf(council);
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
