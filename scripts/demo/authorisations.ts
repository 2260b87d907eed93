import type { CallerRole } from '../../packages/server/src/access.ts';
import {
  approveAuthorisation,
  refuseAuthorisation,
  revokeAuthorisation,
} from '../../packages/server/src/authorisations/decide.ts';
import { sayOfPaper } from '../../packages/server/src/authorisations/paper-outcome.ts';
import { requestAuthorisation } from '../../packages/server/src/authorisations/request.ts';
import type { Request } from '../../packages/server/src/authorisations/schema.ts';
import { type Asked, ASKED } from './asked.ts';
import { nameOf } from './cast.ts';
import { DAY_MS, dayOf, daysFrom, HOUR_MS, inOfficeHours, timeOn } from './calendar.ts';
import { OFFICERS } from './people.ts';
import { callerOf, type Officer, worker } from './server.ts';
import { momentAt, type Stage } from './stage.ts';

const depsOf = ({ server: { db, random }, world }: Stage) => ({ db, random, now: world.time });
const iso = (at: number) => new Date(at).toISOString();

const byRole = (role: CallerRole): Officer =>
  Object.values(OFFICERS).find((one) => one.role === role) ?? OFFICERS.officer;

/** The person asks for it, accepting the risks, and whoever decides does so on the next day. */
async function ask(stage: Stage, asked: Asked, name: string, times: { from: number; to: number }): Promise<void> {
  const { timeline, world } = stage;
  const { outcome, approver, fromDays: _, toDays: __, ...request } = asked;
  const review = asked.kind === 'remote-working' || asked.kind === 'trial';
  const safetyReview = { reviewedOn: dayOf(daysFrom(world.time, -2)), actionsRequired: false };
  const made: Request = {
    ...request,
    subject: { person: name },
    accepted: true,
    validFrom: iso(times.from),
    validTo: iso(times.to),
    ...(review ? { safetyReview } : {}),
  };
  const { ref } = await requestAuthorisation(worker(name), made, depsOf(stage));
  if (outcome === 'requested') return;
  const decider = callerOf(byRole(approver));
  timeline.at(inOfficeHours(world.time + 20 * HOUR_MS), async () => {
    if (outcome === 'refused')
      return refuseAuthorisation(
        decider,
        ref,
        { reason: 'A shared folder serves the purpose without the risk.' },
        depsOf(stage),
      );
    return approveAuthorisation(
      decider,
      ref,
      { conditions: ['It is given back as soon as it is no longer needed.'] },
      depsOf(stage),
    );
  });
  if (outcome === 'revoked')
    timeline.at(inOfficeHours(times.from + 6 * DAY_MS), () =>
      revokeAuthorisation(decider, ref, { reason: 'The work has been done earlier than planned.' }, depsOf(stage)),
    );
  if (outcome === 'returned')
    timeline.at(times.to + 5 * HOUR_MS, () =>
      sayOfPaper(worker(name), ref, { outcome: 'returned', how: 'To the records room.' }, depsOf(stage)),
    );
}

/** Authorisations of each kind: in force, lapsed, refused, taken back and not decided. */
export function planAuthorisations(stage: Stage): void {
  const { start, end, lives, timeline } = stage;
  const holders = lives.flatMap(({ member: { holder } }) => holder?.name ?? []);
  const earliest = momentAt(stage, 0.06) + 3 * DAY_MS;
  for (const [index, asked] of ASKED.entries()) {
    const from = timeOn(Math.max(end + asked.fromDays * DAY_MS, earliest), '09:00');
    const to = timeOn(end + asked.toDays * DAY_MS, '17:00');
    const name =
      asked.kind === 'overseas' && asked.outcome === 'approved'
        ? nameOf(stage, 'overseas')
        : holders[(index * 5 + 2) % holders.length];
    const askedAt = asked.outcome === 'requested' ? end - (index % 3) * DAY_MS - 3 * HOUR_MS : from;
    if (name === undefined || to < from + 3 * DAY_MS || askedAt < start) continue;
    timeline.at(askedAt, () => ask(stage, asked, name, { from: Math.max(from, askedAt), to }));
  }
}
