import { createDice, type Dice } from '../simulated/dice.ts';
import { DAY_MS, daysFrom, HOUR_MS, inOfficeHours, MINUTE_MS } from './calendar.ts';
import { assessment, deskOf } from './desk.ts';
import { type Outcome, outcomesOf } from './outcomes.ts';
import { OFFICERS } from './people.ts';
import { round, type Stage } from './stage.ts';

interface Seen {
  readonly id: string;
  readonly ref: string;
  readonly rule: string;
  readonly kind: string;
  readonly duty: string;
  readonly severity: string;
  readonly cluster: string | null;
}

/** What came in after the last look, oldest first. */
const newBreaches = ({ server }: Stage, after: string): Promise<Seen[]> =>
  server.db
    .selectFrom('breaches')
    .select(['id', 'ref', 'rule', 'kind', 'duty', 'severity', 'cluster'])
    .where('id', '>', after)
    .orderBy('id')
    .execute();

/** Those of a breach's item that nobody has seen or ended; itself where it stands alone. */
async function unseen({ server }: Stage, { id, cluster }: Seen): Promise<string[]> {
  const query = server.db
    .selectFrom('breaches')
    .select('ref')
    .where('ended_at', 'is', null)
    .where('acknowledged_at', 'is', null);
  const of = cluster === null ? query.where('id', '=', id) : query.where('cluster', '=', cluster);
  return (await of.execute()).map(({ ref }) => ref);
}

const isOpen = async ({ server }: Stage, { id }: Seen): Promise<boolean> =>
  (await server.db.selectFrom('breaches').select('ended_at').where('id', '=', id).executeTakeFirst())?.ended_at ===
  null;

const GATHERED_MS = 16 * MINUTE_MS;

const ENGINEERS = [OFFICERS.ict.name, OFFICERS.engineer.name] as const;
const OFFICERS_OF_DUTY = [OFFICERS.officer, OFFICERS.officer, OFFICERS.analyst] as const;

interface Work {
  readonly stage: Stage;
  readonly dice: Dice;
}

async function acknowledge({ stage, dice }: Work, breach: Seen): Promise<void> {
  const refs = await unseen(stage, breach);
  if (refs.length === 0) return;
  const desk = deskOf(stage, dice.pick(OFFICERS_OF_DUTY));
  await desk.acknowledge(refs);
  if (breach.duty === 'ict' && (refs.length > 1 || dice.chance(0.7))) await desk.assign(refs, dice.pick(ENGINEERS));
}

async function conclude({ stage, dice }: Work, breach: Seen, outcome: Outcome): Promise<void> {
  if (!(await isOpen(stage, breach))) return;
  const { ref } = breach;
  const { timeline, world } = stage;
  const desk = deskOf(stage, OFFICERS.officer);
  const { measures, closure, ...triage } = outcome;
  await desk.triage(ref, triage);
  if (closure === undefined) return;
  if (measures !== undefined) {
    await deskOf(stage, OFFICERS.ict).contain(ref, measures);
    timeline.at(world.time + 3 * HOUR_MS, () => desk.assess(ref, assessment({})));
  }
  timeline.at(inOfficeHours(daysFrom(world.time, 1 + dice.below(4))), async () => {
    if (await isOpen(stage, breach)) await desk.close(ref, closure);
  });
}

/** A device's fault stays until the device is right again; what happened once is a person's to decide. */
function plan(work: Work, breach: Seen): void {
  const { dice } = work;
  const { timeline, world } = work.stage;
  const soon = breach.severity === 'critical' ? 25 : 20 + dice.below(150);
  const seenAt = inOfficeHours(world.time + soon * MINUTE_MS) + dice.below(40) * MINUTE_MS;
  timeline.at(seenAt, () => acknowledge(work, breach));
  if (breach.kind === 'state') return;
  const outcome = dice.pick(outcomesOf(breach.rule));
  const decidedAt = inOfficeHours(seenAt + Math.round((0.1 + dice.fraction() * 2.4) * DAY_MS));
  timeline.at(decidedAt, () => conclude(work, breach, outcome));
}

/** The everyday work of the officer and the analyst: who has seen what, what it was, and how it ended. */
export function createOfficer(stage: Stage, seed: number): () => Promise<void> {
  const { timeline, ownStories, server, world } = stage;
  const work = { stage, dice: createDice(seed, 4_000_000) };
  let last = '';
  return async function look(): Promise<void> {
    // What comes in is told of, which may bring in more.
    for (let found = await newBreaches(stage, last); found.length > 0; found = await newBreaches(stage, last)) {
      last = found.at(-1)?.id ?? last;
      for (const breach of found) if (!ownStories.has(breach.ref)) plan(work, breach);
      await server.work();
      // What is ICT's is gathered for a while before anybody is told.
      if (found.some(({ duty }) => duty === 'ict')) timeline.at(world.time + GATHERED_MS, () => round(stage));
    }
  };
}
