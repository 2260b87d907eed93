import type { Role } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { type ActDeps, actOn, lifeOf, refuse } from './act.ts';
import { askedAlone, askedOf } from './asked.ts';
import { notReady, notTheirs, sameName, standing } from './lifecycle.ts';
import { mayDecideFor } from './ranks.ts';
import type { Approval, WithReason, WithVersion } from './schema.ts';
import { appendEvent, type AuthorisationRow, lockAuthorisation, subjectOf, updateAuthorisation } from './store.ts';
import { resolve } from './subjects.ts';
import { keepTakers } from './takers.ts';

const decidedBy = ({ decided_by: by }: AuthorisationRow) => by;

/** Somebody whom the policy lets decide says yes. */
export function approveAuthorisation(caller: Caller, ref: string, given: Approval, deps: ActDeps): Promise<void> {
  const { now } = deps;
  const { version, reason = null, conditions = [], actionsDone } = given;
  return actOn(
    caller,
    {
      ref,
      version,
      becomes: 'approved',
      doneBy: decidedBy,
      async work(tx, row) {
        const asked = await askedAlone(tx, row, now);
        const { safetyReview } = asked;
        const reviewed =
          safetyReview === null || actionsDone === undefined ? safetyReview : { ...safetyReview, actionsDone };
        refuse(notTheirs(asked, caller));
        refuse(notReady({ ...asked, safetyReview: reviewed }, now));
        await keepTakers(tx, row, asked.takers);
        return {
          columns: {
            decided_at: now,
            decided_by: caller.name,
            decided_role: caller.role,
            decision_reason: reason,
            conditions: JSON.stringify(conditions),
            safety_review: reviewed === null ? null : JSON.stringify(reviewed),
          },
          detail: {
            as: caller.role,
            ...(reason === null ? {} : { why: reason }),
            ...(conditions.length === 0 ? {} : { conditions }),
          },
        };
      },
    },
    deps,
  );
}

export function refuseAuthorisation(caller: Caller, ref: string, given: WithReason, deps: ActDeps): Promise<void> {
  const { version, reason } = given;
  return actOn(
    caller,
    {
      ref,
      version,
      becomes: 'refused',
      doneBy: decidedBy,
      async work(tx, row) {
        refuse(notTheirs(await askedOf(tx, row, deps.now), caller));
        return {
          columns: {
            decided_at: deps.now,
            decided_by: caller.name,
            decided_role: caller.role,
            decision_reason: reason,
          },
          detail: { as: caller.role, why: reason },
        };
      },
    },
    deps,
  );
}

const STOPS: readonly string[] = ['information-security-team-leader', 'siro'];

/** Whether a person may end one: whoever could have given it, the security team's leader, the SIRO; or who gives it back. */
export const mayRevoke = (
  row: Pick<AuthorisationRow, 'demanded_role' | 'requested_by'>,
  people: readonly string[],
  { name, role }: Pick<Caller, 'name' | 'role'>,
): boolean =>
  mayDecideFor(row.demanded_role as Role, role) ||
  STOPS.includes(role) ||
  [row.requested_by, ...people].some((one) => sameName(one, name));

export function revokeAuthorisation(caller: Caller, ref: string, given: WithReason, deps: ActDeps): Promise<void> {
  const { version, reason } = given;
  return actOn(
    caller,
    {
      ref,
      version,
      becomes: 'revoked',
      doneBy: ({ revoked_by: by }) => by,
      async work(tx, row) {
        const { people } = await resolve(tx, row.organisation, subjectOf(row));
        if (!mayRevoke(row, people, caller))
          throw problem(
            'not-permitted',
            `The role ${caller.role} may not end this: ask the Information Security Team Leader.`,
          );
        return {
          columns: { revoked_at: deps.now, revoked_by: caller.name, revoked_reason: reason },
          detail: { as: caller.role, why: reason },
        };
      },
    },
    deps,
  );
}

export function withdrawAuthorisation(
  caller: Caller,
  ref: string,
  { version }: WithVersion,
  deps: ActDeps,
): Promise<void> {
  return actOn(
    caller,
    {
      ref,
      version,
      becomes: 'withdrawn',
      doneBy: ({ requested_by: by }) => by,
      work(_tx, row) {
        if (!sameName(row.requested_by, caller.name))
          throw problem('not-permitted', `Only ${row.requested_by}, who asked for it, can withdraw it.`);
        return Promise.resolve({ columns: {} });
      },
    },
    deps,
  );
}

/** The person whom it is for accepts the risks; where there is no one person, whoever asked does. */
export async function acceptRisks(caller: Caller, ref: string, { db, now: at }: ActDeps): Promise<void> {
  const { organisation, name } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const row = await lockAuthorisation(tx, organisation, ref);
    const { person } = await resolve(tx, organisation, subjectOf(row));
    const theirs = person ?? row.requested_by;
    if (!sameName(theirs, name)) throw problem('not-permitted', `Only ${theirs} can accept these risks.`);
    if (row.accepted_at !== null) return;
    const is = standing(lifeOf(row), at);
    if (is !== 'requested') throw problem('conflict', `${ref} is ${is} already: nothing was changed.`);
    await updateAuthorisation(tx, row, { accepted_at: at, accepted_by: name, acceptance_recorded_by: name });
    await appendEvent(tx, row, { at, actor, type: 'accepted', detail: { by: name, acceptedAt: at } });
    await recordAct(tx, { organisation, at, actor, action: 'authorisation-accepted', target: `authorisation:${ref}` });
  });
}
