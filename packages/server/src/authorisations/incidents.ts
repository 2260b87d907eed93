import type { Population } from '@beadle/shared';
import type { Selectable } from 'kysely';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import type { IncidentTable } from '../db/schema-authorisations.ts';
import { inTransaction } from '../db/transaction.ts';
import { holding } from '../containing.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { nextReference } from '../db/references.ts';
import type { ActDeps } from './act.ts';
import { appendEvent, type AuthorisationRow, updateAuthorisation } from './store.ts';

export type IncidentRow = Selectable<IncidentTable>;

const incidents = (db: Db | Tx, organisation: string) =>
  db.selectFrom('incidents').selectAll().where('organisation', '=', organisation);

/** Throws `incident-unknown`. */
export async function incidentOf(db: Db | Tx, organisation: string, ref: string): Promise<IncidentRow> {
  const row = await incidents(db, organisation).where('ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw problem('incident-unknown', `There is no incident ${ref}.`);
  return row;
}

/** Newest first: ids begin with the time. `before` is the id after which the page begins. */
export function listIncidents(
  db: Db,
  organisation: string,
  {
    limit,
    before,
    open,
    q,
  }: {
    readonly limit: number;
    readonly before?: string | undefined;
    readonly open?: boolean | undefined;
    /** Part of a reference or a title. */
    readonly q?: string | undefined;
  },
): Promise<IncidentRow[]> {
  let query = incidents(db, organisation);
  if (q !== undefined) query = query.where((eb) => eb.or([holding('ref', q), holding('title', q)]));
  if (open !== undefined) query = query.where('ended_at', open ? 'is' : 'is not', null);
  if (before !== undefined) query = query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

export interface Declaration {
  readonly title: string;
  readonly description: string;
  /** Null for all. */
  readonly populations: readonly Population[] | null;
}

/** Declares an incident (clauses 5.2, 5.14 and 5.15); gives its reference. */
export async function declareIncident(caller: Caller, declared: Declaration, deps: ActDeps): Promise<string> {
  const { organisation, name, role } = caller;
  const { now: at, random } = deps;
  return inTransaction(deps.db, async (tx) => {
    const ref = await nextReference(tx, organisation, 'incidents', at);
    await tx
      .insertInto('incidents')
      .values({
        organisation,
        id: newId(at, random),
        ref,
        title: declared.title,
        description: declared.description,
        populations: declared.populations === null ? null : JSON.stringify(declared.populations),
        declared_at: at,
        declared_by: name,
        declared_role: role,
        ended_at: null,
        ended_by: null,
        end_reason: null,
      })
      .execute();
    await recordAct(tx, {
      organisation,
      at,
      actor: actorOf(caller),
      action: 'incident-declared',
      target: `incident:${ref}`,
    });
    return ref;
  });
}

function hanging(tx: Tx, { organisation, ref }: IncidentRow, now: number): Promise<AuthorisationRow[]> {
  const query = tx
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('incident', '=', ref)
    .where('status', 'in', ['requested', 'approved'])
    .where('valid_to', '>', now)
    .orderBy('id');
  return locking(tx, query).execute();
}

/** What was given ends now, what was to come is revoked, what nobody has decided is refused. */
async function endOne(
  tx: Tx,
  row: AuthorisationRow,
  { at, actor }: { readonly at: number; readonly actor: string },
): Promise<void> {
  const why = 'The incident has ended.';
  const ends: Partial<AuthorisationRow> =
    row.status === 'requested'
      ? { status: 'refused', decided_at: at, decided_by: 'beadle', decision_reason: why }
      : row.valid_from < at
        ? { valid_to: at, review_at: Math.min(row.review_at, at) }
        : { status: 'revoked', revoked_at: at, revoked_by: 'beadle', revoked_reason: why };
  await updateAuthorisation(tx, row, ends);
  await appendEvent(tx, row, {
    at,
    actor,
    type: 'incident-ended',
    detail: { incident: row.incident, validToBefore: row.valid_to },
  });
}

/** Ends an incident, and with it every authorisation that hangs on it. One that has ended stays as it is. */
export async function endIncident(
  caller: Caller,
  ref: string,
  reason: string,
  { db, now: at }: ActDeps,
): Promise<void> {
  const { organisation, name } = caller;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const row = await locking(tx, incidents(tx, organisation).where('ref', '=', ref)).executeTakeFirst();
    if (row === undefined) throw problem('incident-unknown', `There is no incident ${ref}.`);
    if (row.ended_at !== null) return;
    await tx
      .updateTable('incidents')
      .set({ ended_at: at, ended_by: name, end_reason: reason })
      .where('organisation', '=', organisation)
      .where('id', '=', row.id)
      .execute();
    const ended = await hanging(tx, row, at);
    for (const one of ended) await endOne(tx, one, { at, actor });
    const detail = { authorisations: ended.map((one) => one.ref) };
    await recordAct(tx, { organisation, at, actor, action: 'incident-ended', target: `incident:${ref}`, detail });
  });
}
