import { inOfficeHours, HOUR_MS, MINUTE_MS, timeOn, workdayFrom } from './calendar.ts';
import { assessment, type Desk, deskOf, report } from './desk.ts';
import { OFFICERS } from './people.ts';
import type { Reported } from './reported.ts';
import { REPORTS } from './reports.ts';
import type { Officer } from './server.ts';
import { momentAt, type Stage } from './stage.ts';

export type Step = readonly [hours: number, what: (desk: Desk) => unknown];

/** Plans what the officer does about a breach, each so many hours after the report, in office hours. */
export function planSteps(stage: Stage, steps: readonly Step[], who: Officer = OFFICERS.officer): void {
  const from = stage.world.time;
  for (const [hours, what] of steps)
    stage.timeline.at(inOfficeHours(from + hours * HOUR_MS), async () => {
      await what(deskOf(stage, who));
    });
}

/** Reports it by the page for workers, and keeps the officer's everyday work away from it. Gives the reference. */
export async function reportNow(stage: Stage, ...said: [name: string, said: Parameters<typeof report>[2]]) {
  const ref = await report(stage, ...said);
  stage.ownStories.add(ref);
  await stage.look();
  return ref;
}

async function tell(stage: Stage, one: Reported, name: string): Promise<void> {
  const { said, outcome, reason, measures, assessed, notTold, isOpen = false, lessons } = one;
  const happenedAt = new Date(stage.world.time - 90 * MINUTE_MS).toISOString();
  const ref = await reportNow(stage, name, { ...said, happenedAt });
  const steps: Step[] = [
    [1, (desk) => desk.acknowledge(ref)],
    [5, (desk) => desk.triage(ref, { decision: outcome, reason })],
  ];
  if (measures !== undefined) steps.push([7, (desk) => desk.contain(ref, measures)]);
  if (assessed !== undefined) steps.push([26, (desk) => desk.assess(ref, assessment(assessed))]);
  if (notTold !== undefined)
    steps.push([30, (desk) => desk.decide(ref, { about: 'regulator', decision: 'do-not-tell', reasons: notTold })]);
  if (outcome !== 'not-a-breach' && !isOpen)
    steps.push([80, (desk) => desk.close(ref, { reason: 'Looked at, put right and learnt from.', lessons })]);
  planSteps(stage, steps);
}

/** What people report by themselves, spread over the history. */
export function planReports(stage: Stage): void {
  const holders = stage.lives.flatMap(({ member: { holder } }) => holder?.name ?? []);
  for (const [index, one] of REPORTS.entries()) {
    const name = holders[(index * 13 + 5) % holders.length];
    const at = timeOn(workdayFrom(momentAt(stage, one.share)), `1${index % 6}:2${index % 10}`);
    if (name !== undefined) stage.timeline.at(at, () => tell(stage, one, name));
  }
}
