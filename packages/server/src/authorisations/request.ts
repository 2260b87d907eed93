import { startOfDay } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { callerMay } from '../people/permissions.ts';
import { nextReference } from '../db/references.ts';
import type { ActDeps } from './act.ts';
import { demandsOf } from './demands.ts';
import { incidentOf } from './incidents.ts';
import { type Demands, sameName, timesProblem } from './lifecycle.ts';
import { paperProblem } from './paper.ts';
import { planRound } from './reminders.ts';
import type { Request } from './schema.ts';
import { appendEvent, type AuthorisationRow, byRequestKey, insertAuthorisation, NOTHING_YET } from './store.ts';
import { type Resolved, resolve } from './subjects.ts';
import { yearOf } from './takers.ts';
import { yearProblem } from './year.ts';

/** Two working days and a weekend: what was agreed in haste may be put on record that much later (WeST 3.2). */
export const LATER_BY_MS = 4 * 86_400_000;

/** The beginning of a day that there is and that is not to come. */
export function pastDay(date: string, field: string, now: number): number {
  let at = Number.POSITIVE_INFINITY;
  try {
    at = startOfDay(date);
  } catch {
    // Such as 30 February, which is no day of any year.
  }
  if (at > now)
    throw problem('validation', `${field} must be a day up to today.`, [{ field, expected: 'a day up to today' }]);
  return at;
}

interface Acceptance {
  readonly accepted_at: number | null;
  readonly accepted_by: string | null;
  readonly acceptance_recorded_by: string | null;
}

/** Nobody accepts a risk for somebody else; whoever asks may say on which day the person signed. */
function acceptanceOf({ accepted, acceptedOn }: Request, name: string, person: string | null, now: number): Acceptance {
  const theirs = person === null || sameName(person, name);
  if (acceptedOn !== undefined)
    return {
      accepted_at: pastDay(acceptedOn, 'acceptedOn', now),
      accepted_by: person ?? name,
      acceptance_recorded_by: name,
    };
  if (accepted !== true) return { accepted_at: null, accepted_by: null, acceptance_recorded_by: null };
  if (!theirs)
    throw problem(
      'validation',
      `Only ${person} can accept the risks. Leave "accepted" out, so that they do so themselves, or give "acceptedOn", the day on which they signed.`,
      [{ field: 'accepted', expected: 'to be left out where it is for somebody else' }],
    );
  return { accepted_at: now, accepted_by: person ?? name, acceptance_recorded_by: name };
}

function refuseForOthers(caller: Caller, { person }: Resolved): void {
  if (person !== null && sameName(person, caller.name)) return;
  if (callerMay(caller, 'authorisations:request-for-others')) return;
  throw problem(
    'not-permitted',
    'You may ask for yourself, or for a device that you hold. For others your line manager or ICT asks.',
  );
}

interface Times {
  readonly valid_from: number;
  readonly valid_to: number;
  readonly review_at: number;
}

function timesOf(request: Request, demands: Demands, now: number): Times {
  const [validFrom, validTo] = [Date.parse(request.validFrom), Date.parse(request.validTo)];
  const reviewAt = request.reviewAt === undefined ? validTo : Date.parse(request.reviewAt);
  const found =
    timesProblem({ validFrom, validTo }, demands)?.detail ??
    (validTo <= now ? 'Its end has passed.' : undefined) ??
    (validFrom < now - LATER_BY_MS ? 'It may begin up to 4 days ago and no earlier.' : undefined) ??
    (reviewAt < validFrom || reviewAt > validTo ? 'Its review must lie between its beginning and its end.' : undefined);
  refuseIncomplete(found);
  return { valid_from: validFrom, valid_to: validTo, review_at: reviewAt };
}

async function refuseWithoutIncident(
  tx: Tx,
  organisation: string,
  { incident }: Request,
  needed: boolean,
): Promise<void> {
  if (incident === undefined && needed)
    throw problem('authorisation-incomplete', 'This kind is given only for a declared incident: name it (incident).');
  if (incident === undefined) return;
  const { ended_at: endedAt } = await incidentOf(tx, organisation, incident);
  if (endedAt !== null) throw problem('authorisation-incomplete', `The incident ${incident} has ended.`);
}

function refuseIncomplete(detail: string | undefined): void {
  if (detail !== undefined) throw problem('authorisation-incomplete', detail);
}

async function make(tx: Tx, caller: Caller, request: Request, { now, random }: ActDeps): Promise<AuthorisationRow> {
  const { organisation, name, role } = caller;
  const { kind, subject, scope = {}, purpose, risks, safetyReview, paper } = request;
  refuseIncomplete(paperProblem(kind, paper, purpose));
  const resolved = await resolve(tx, organisation, subject);
  refuseForOthers(caller, resolved);
  const demands = await demandsOf(tx, organisation, { kind, scope, populations: resolved.populations }, now);
  const times = timesOf(request, demands, now);
  const span = { organisation, kind, from: times.valid_from, to: times.valid_to };
  refuseIncomplete(yearProblem(await yearOf(tx, demands.maximumInYear, resolved, span)));
  await refuseWithoutIncident(tx, organisation, request, demands.needsIncident);
  if (safetyReview !== undefined) pastDay(safetyReview.reviewedOn, 'safetyReview.reviewedOn', now);
  const row: AuthorisationRow = {
    ...NOTHING_YET,
    ...acceptanceOf(request, name, resolved.person, now),
    ...times,
    organisation,
    id: newId(now, random),
    ref: await nextReference(tx, organisation, 'authorisations', now),
    kind,
    clauses: JSON.stringify(demands.clauses),
    subject: JSON.stringify(subject),
    scope: JSON.stringify(scope),
    purpose,
    risks,
    requested_at: now,
    requested_by: name,
    requested_role: role,
    request_key: request.requestKey ?? null,
    demanded_role: demands.roles[0] ?? 'siro',
    incident: request.incident ?? null,
    safety_review: safetyReview === undefined ? null : JSON.stringify(safetyReview),
    paper: paper === undefined ? null : JSON.stringify(paper),
  };
  await insertAuthorisation(tx, row, resolved.keys);
  return row;
}

/** Asks for an authorisation. The same request under the same key gives the first one's reference and makes no second. */
export async function requestAuthorisation(
  caller: Caller,
  request: Request,
  deps: ActDeps,
): Promise<{ readonly ref: string; readonly created: boolean }> {
  const { organisation, name: by } = caller;
  const { now: at, random } = deps;
  const actor = actorOf(caller);
  return inTransaction(deps.db, async (tx) => {
    const key = request.requestKey;
    const before = key === undefined ? undefined : await byRequestKey(tx, { organisation, by, key });
    if (before !== undefined) return { ref: before.ref, created: false };
    const row = await make(tx, caller, request, deps);
    await appendEvent(tx, row, { at, actor, type: 'requested', detail: { validTo: row.valid_to } });
    if (row.accepted_at !== null)
      await appendEvent(tx, row, {
        at,
        actor,
        type: 'accepted',
        detail: { by: row.accepted_by, acceptedAt: row.accepted_at },
      });
    await planRound(tx, row, { at, random });
    const target = `authorisation:${row.ref}`;
    await recordAct(tx, {
      organisation,
      at,
      actor,
      action: 'authorisation-requested',
      target,
      detail: { kind: row.kind },
    });
    return { ref: row.ref, created: true };
  });
}
