import { createWorld } from '../simulated/clock.ts';
import { planAuthorisations } from './authorisations.ts';
import { DAY_MS, daysFrom, HOUR_MS, isWorkday, timeOn } from './calendar.ts';
import { CAST_SIZE, planCast } from './cast.ts';
import { planIncident } from './incident.ts';
import { createOfficer } from './officer.ts';
import { COUNCIL } from './policy.ts';
import { planRegulator } from './regulator.ts';
import { openServer } from './server.ts';
import { planServiceDesk } from './service-desk.ts';
import { livesOf, planRollOut, setUp } from './set-up.ts';
import { round, type Stage } from './stage.ts';
import { createTimeline } from './timeline.ts';
import { planReports } from './told.ts';
import { planTroubles } from './troubles.ts';
import { planVersions } from './versions.ts';

export interface FillOptions {
  /** The server's settings, as the variables that it reads. */
  readonly environment: Readonly<Record<string, string>>;
  /** The policy file. */
  readonly policy: string;
  readonly devices: number;
  readonly weeks: number;
  readonly seed: number;
  /** When the history ends, in milliseconds since the epoch. */
  readonly now: number;
  /** Told of each month that begins, such as `2026-03`. */
  readonly arriving?: ((month: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the last days as many rounds are made as matter to what is shown of them. */
const LATELY_MS = 14 * DAY_MS;

/** The rounds that the server makes by itself: once on each day of work, and at the end more often. */
function planRounds(stage: Stage): void {
  const { timeline, start, end } = stage;
  for (let day = start; day < end; day = daysFrom(day, 1)) {
    const times = day > end - LATELY_MS ? ['07:31', '12:02', '17:32'] : isWorkday(day) ? ['07:31'] : [];
    for (const time of times) timeline.at(timeOn(day, time), () => round(stage));
  }
}

async function live(stage: Stage, { arriving, signal }: Pick<FillOptions, 'arriving' | 'signal'>): Promise<void> {
  let month = '';
  await stage.timeline.run(stage.end, (time) => {
    signal?.throwIfAborted();
    stage.world.time = Math.max(stage.world.time, time);
    const here = new Date(stage.world.time).toISOString().slice(0, 7);
    if (here !== month) arriving?.(here);
    month = here;
  });
  stage.world.time = stage.end;
  await round(stage);
}

async function openStage({ environment, policy, devices, weeks, seed, now }: FillOptions): Promise<Stage> {
  const start = timeOn(daysFrom(now, -7 * weeks), '08:00');
  const world = createWorld(new Date(start - HOUR_MS).toISOString());
  const named = { BEADLE_SERVER_ORGANISATION: COUNCIL, ...environment };
  const stage: Stage = {
    world,
    server: await openServer({ world, environment: named, seed }),
    timeline: createTimeline(),
    lives: livesOf(devices, CAST_SIZE, seed, start),
    policy,
    start,
    end: now,
    ownStories: new Set(),
    look: () => Promise.resolve(),
  };
  stage.look = createOfficer(stage, seed);
  return stage;
}

const PLANS = [planVersions, planReports, planRegulator, planServiceDesk, planIncident, planAuthorisations, planCast];

/** Plays the council from its first day with Beadle until now, through the real server and the real agents. */
export async function fill(options: FillOptions): Promise<void> {
  const stage = await openStage(options);
  const { world, start, server, lives } = stage;
  try {
    await setUp(stage);
    world.time = start;
    await planRollOut(stage);
    planRounds(stage);
    for (const plan of PLANS) plan(stage);
    planTroubles(stage, options.seed);
    await live(stage, options);
  } finally {
    for (const { device } of lives) device?.close();
    await server.close();
  }
}
