import { type Random, startOfDay } from '@beadle/shared';
import type { Caller } from '../access.ts';
import type { Tx } from '../db/database.ts';
import { nextReference } from '../db/references.ts';
import { Problem, problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { demandsOf } from './demands.ts';
import { incidentOf } from './incidents.ts';
import { type Asked, notReady, notTheirs, sameName, timesProblem } from './lifecycle.ts';
import { paperProblem } from './paper.ts';
import type { PaperLine } from './paper-columns.ts';
import { LATER_BY_MS } from './request.ts';
import { type AuthorisationRow, NOTHING_YET } from './store.ts';
import { type Register, type Resolved, resolveIn } from './subjects.ts';
import { yearOf } from './takers.ts';
import { yearProblem } from './year.ts';

/** Who records it, and what is known when. */
export interface Recording {
  readonly caller: Caller;
  readonly register: Register;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly random: Random;
}

export interface Recorded {
  readonly row: AuthorisationRow;
  readonly resolved: Resolved;
}

/** A cell that is wrong, for the report of its line. */
export const wrong = (column: string, expected: string): Problem =>
  problem('import-refused', expected, [{ field: column, expected }]);

/** What `work` refuses is told of a column. */
async function under<T>(column: string, expected: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Problem ? wrong(column, `${expected}: ${error.message}`) : error;
  }
}

const dayAfter = (date: string): number => startOfDay(Temporal.PlainDate.from(date).add({ days: 1 }).toString());

function refuseDays(line: PaperLine, at: number): void {
  const { approvedOn, acceptedOn, from, safetyReview } = line;
  const past = {
    approved_on: approvedOn,
    accepted_on: acceptedOn,
    reviewed_on: safetyReview?.reviewedOn ?? acceptedOn,
  };
  for (const [column, date] of Object.entries(past))
    if (startOfDay(date) > at) throw wrong(column, 'a day up to today');
  if (acceptedOn > approvedOn) throw wrong('accepted_on', 'a day up to that of the approval');
  if (startOfDay(from) < startOfDay(approvedOn) - LATER_BY_MS)
    throw wrong('from', 'a day that lies 4 days before the approval at most');
}

/** The rules of an approval: never the subject, never who records it, and of a role that suffices. */
function refuseApprover({ approver }: PaperLine, asked: Asked, recorder: string): void {
  if (asked.people.some((name) => sameName(name, approver.name)))
    throw wrong('approver', 'somebody other than whom it is for');
  if (sameName(approver.name, recorder))
    throw wrong('approver', 'somebody other than who records it: let another person import what you approved');
  const refusal = notTheirs({ ...asked, requestedBy: recorder }, approver);
  if (refusal !== undefined) throw wrong('approver_role', `a role that may decide this: ${refusal.detail}`);
}

function refuseUnready(asked: Asked, at: number): void {
  const end = timesProblem(asked, asked.demands)?.detail ?? yearProblem(asked.year);
  if (end !== undefined) throw wrong('to', `an end that the policy allows: ${end}`);
  const refusal = notReady(asked, at);
  if (refusal === undefined) return;
  const ended = asked.validTo <= at;
  const ofIncident = asked.incident !== null || asked.demands.needsIncident;
  throw wrong(ended ? 'to' : ofIncident ? 'incident' : 'reviewed_on', `an approval that holds: ${refusal.detail}`);
}

/** A line as the request that it stands for, with whom it is for. */
async function askedOnPaper(tx: Tx, line: PaperLine, { caller, register, at }: Recording) {
  const { organisation } = caller;
  const { kind, scope, incident } = line;
  const resolved = await under('subject', 'devices of the register', () => resolveIn(register, line.subject));
  const { populations, people } = resolved;
  const demands = await under('kind', 'what the policy in force lets be authorised', () =>
    demandsOf(tx, organisation, { kind, scope, populations }, at),
  );
  const found = await under('incident', 'a declared incident', () =>
    incident === null ? null : incidentOf(tx, organisation, incident),
  );
  const [validFrom, validTo] = [startOfDay(line.from), dayAfter(line.to)];
  const asked: Asked = {
    status: 'requested',
    validFrom,
    validTo,
    requestedBy: caller.name,
    people,
    acceptedAt: startOfDay(line.acceptedOn),
    incident: found === null ? null : { ref: found.ref, endedAt: found.ended_at },
    safetyReview: line.safetyReview,
    demands,
    year: await yearOf(tx, demands.maximumInYear, resolved, { organisation, kind, from: validFrom, to: validTo }),
  };
  return { asked, resolved, clauses: demands.clauses };
}

type OnPaper = Awaited<ReturnType<typeof askedOnPaper>>;

const rowOf = (line: PaperLine, { asked, resolved, clauses }: OnPaper, { caller, at, random }: Recording) => ({
  ...NOTHING_YET,
  organisation: caller.organisation,
  id: newId(at, random),
  kind: line.kind,
  clauses: JSON.stringify(clauses),
  status: 'approved',
  subject: JSON.stringify(line.subject),
  scope: JSON.stringify(line.scope),
  purpose: line.purpose,
  risks: line.risks,
  accepted_at: asked.acceptedAt,
  accepted_by: resolved.person ?? caller.name,
  acceptance_recorded_by: caller.name,
  requested_at: at,
  requested_by: caller.name,
  requested_role: caller.role,
  demanded_role: asked.demands.roles[0] ?? 'siro',
  decided_at: startOfDay(line.approvedOn),
  decided_by: line.approver.name,
  decided_role: line.approver.role,
  valid_from: asked.validFrom,
  valid_to: asked.validTo,
  review_at: asked.validTo,
  incident: line.incident,
  safety_review: line.safetyReview === null ? null : JSON.stringify(line.safetyReview),
  paper: null,
});

/** What a line comes to: an approved authorisation, checked as a request and its approval are. Throws `import-refused`. */
export async function fromPaper(tx: Tx, line: PaperLine, key: string, recording: Recording): Promise<Recorded> {
  const { caller, at } = recording;
  refuseDays(line, at);
  const secret = paperProblem(line.kind, undefined, line.purpose);
  if (secret !== undefined) throw wrong('purpose', `no paper that may not go home: ${secret}`);
  const found = await askedOnPaper(tx, line, recording);
  refuseApprover(line, found.asked, caller.name);
  refuseUnready(found.asked, at);
  const ref = await nextReference(tx, caller.organisation, 'authorisations', at);
  return { row: { ...rowOf(line, found, recording), ref, request_key: key }, resolved: found.resolved };
}
