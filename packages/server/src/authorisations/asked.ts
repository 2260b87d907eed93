import type { Db, Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { lifeOf } from './act.ts';
import { demandsOf } from './demands.ts';
import { incidentOf } from './incidents.ts';
import type { Asked } from './lifecycle.ts';
import { type AuthorisationRow, reviewOf, scopeOf, subjectOf } from './store.ts';
import { resolve, type Taker } from './subjects.ts';
import { yearOf } from './takers.ts';
import { presentYear } from './year.ts';

interface AskedOfThem extends Asked {
  readonly takers: readonly Taker[];
}

/** The request as it stands now, with what the policy in force asks of it. */
export async function askedOf(db: Db | Tx, row: AuthorisationRow, now: number): Promise<AskedOfThem> {
  const { organisation, kind, id, valid_from: from, valid_to: to } = row;
  const resolved = await resolve(db, organisation, subjectOf(row));
  const { people, populations } = resolved;
  const demands = await demandsOf(db, organisation, { kind, scope: scopeOf(row), populations }, now);
  const incident = row.incident === null ? null : await incidentOf(db, organisation, row.incident);
  return {
    ...lifeOf(row),
    requestedBy: row.requested_by,
    people,
    acceptedAt: row.accepted_at,
    validFrom: row.valid_from,
    incident: incident === null ? null : { ref: incident.ref, endedAt: incident.ended_at },
    safetyReview: reviewOf(row),
    demands,
    takers: resolved.takers,
    year: await yearOf(db, demands.maximumInYear, resolved, { organisation, kind, from, to, id }),
  };
}

/** The same for somebody who approves it: where days are capped, no other approval takes some of them meanwhile. */
export async function askedAlone(tx: Tx, row: AuthorisationRow, now: number): Promise<AskedOfThem> {
  const asked = await askedOf(tx, row, now);
  if (asked.year === null) return asked;
  await lockOrganisation(tx, row.organisation);
  return askedOf(tx, row, now);
}

/** How many days those whom a request is for have left; null where nothing caps them, or it is decided. */
export async function daysInYearOf(db: Db | Tx, row: AuthorisationRow, now: number) {
  if (row.status !== 'requested') return null;
  // The policy may have forgotten the kind since, or the register the device.
  const asked = await askedOf(db, row, now).catch(() => undefined);
  return presentYear(asked?.year ?? null);
}
