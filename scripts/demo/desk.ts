import type { Static } from 'typebox';
import type { LifeAct } from '../../packages/server/src/breaches/life/act.ts';
import { actOn } from '../../packages/server/src/breaches/life/act.ts';
import { addAction, endAction } from '../../packages/server/src/breaches/life/actions.ts';
import * as acts from '../../packages/server/src/breaches/life/acts.ts';
import type { Assessment, Factor } from '../../packages/server/src/breaches/life/assessment.ts';
import {
  deciding,
  type Decision,
  referring,
  type Referral,
} from '../../packages/server/src/breaches/life/decisions.ts';
import { populationOf } from '../../packages/server/src/breaches/case.ts';
import { breachOf } from '../../packages/server/src/breaches/read-routes.ts';
import { type PersonReport, reportBreach } from '../../packages/server/src/breaches/reporting.ts';
import { callerOf, type Officer, worker } from './server.ts';
import type { Stage } from './stage.ts';

/** What somebody can do to one breach at the desk, now by the stage's clock. */
export function deskOf({ server, world }: Stage, who: Officer) {
  const caller = callerOf(who);
  const deps = () => ({ db: server.db, now: world.time, random: server.random });
  const act = (ref: string | readonly string[], one: LifeAct) =>
    actOn(caller, typeof ref === 'string' ? [ref] : ref, one, deps());
  return {
    acknowledge: (ref: string | readonly string[]) => act(ref, acts.acknowledging),
    assign: (ref: string | readonly string[], owner: string) => act(ref, acts.assigning({ owner })),
    triage: (ref: string, given: Static<typeof acts.Triaging>) => act(ref, acts.triaging(given, world.time)),
    contain: (ref: string, measures: string) => act(ref, acts.containing({ measures }, world.time)),
    assess: (ref: string, given: Assessment) => act(ref, acts.assessing(given, world.time)),
    decide: (ref: string, given: Decision) => act(ref, deciding(given, world.time)),
    close: (ref: string, given: Static<typeof acts.Closure>) => act(ref, acts.closing(given)),
    async refer(ref: string, given: Referral): Promise<void> {
      const breach = await breachOf(server.db, caller, ref);
      await act(ref, referring(given, breach, await populationOf(server.db, breach)));
    },
    /** Gives the action's id. */
    plan: (ref: string, title: string, owner: string, due: number) =>
      addAction(caller, ref, { title, owner, due: new Date(due).toISOString() }, deps()),
    finish: (ref: string, id: string, note: string) => endAction(caller, ref, id, { outcome: 'done', note }, deps()),
  };
}

export type Desk = ReturnType<typeof deskOf>;

/** A worker reports something by the page that everybody has; gives its reference. */
export const report = ({ server, world }: Stage, name: string, said: PersonReport): Promise<string> =>
  reportBreach(worker(name), said, {
    db: server.db,
    now: world.time,
    random: server.random,
    origin: server.origin,
  });

const NOTHING: Readonly<Record<Factor, string>> = {
  type: 'None that is known of: nothing was read, changed or lost.',
  sensitivity: 'No council information was involved.',
  protection: 'The disk of the device is encrypted.',
  whatHappened: 'Nothing.',
  reveals: 'Nothing about anybody.',
  howMany: 'Nobody.',
  who: 'Nobody.',
  harm: 'None.',
};

/** An assessment; what is not said is as where nothing came of it. */
export const assessment = (
  given: Partial<Omit<Assessment, 'factors'>> & { readonly factors?: Partial<Assessment['factors']> },
): Assessment => ({
  severity: 'low',
  personalData: 'no',
  riskLikely: 'no',
  highRisk: 'no',
  consequences: 'None.',
  reasons: 'No information of the council was involved.',
  ...given,
  factors: { ...NOTHING, ...given.factors },
});
