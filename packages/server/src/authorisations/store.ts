import type { AuthorisationScope } from '@beadle/shared';
import type { Insertable, Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import type { AuthorisationTable } from '../db/schema-authorisations.ts';
import { problem } from '../errors.ts';
import type { SafetyReview, Subject } from './schema.ts';

export type AuthorisationRow = Selectable<AuthorisationTable>;

export const subjectOf = ({ subject }: Pick<AuthorisationRow, 'subject'>): Subject => JSON.parse(subject) as Subject;
export const scopeOf = ({ scope }: Pick<AuthorisationRow, 'scope'>): AuthorisationScope =>
  JSON.parse(scope) as AuthorisationScope;
export const reviewOf = ({ safety_review: text }: Pick<AuthorisationRow, 'safety_review'>): SafetyReview | null =>
  text === null ? null : (JSON.parse(text) as SafetyReview);

/** One of which nobody has said anything more. */
export const NOTHING_YET = {
  status: 'requested',
  version: 1,
  decided_at: null,
  decided_by: null,
  decided_role: null,
  decision_reason: null,
  conditions: '[]',
  revoked_at: null,
  revoked_by: null,
  revoked_reason: null,
  asked_told_at: null,
  end_told_at: null,
  review_told_at: null,
  lapse_told_at: null,
  paper_outcome: null,
  paper_how: null,
  paper_said_at: null,
  paper_said_by: null,
  paper_told_at: null,
} as const;

export async function insertAuthorisation(
  tx: Tx,
  row: Insertable<AuthorisationTable>,
  keys: readonly string[],
): Promise<void> {
  await tx.insertInto('authorisations').values(row).execute();
  const { organisation, id: authorisation } = row;
  const subjects = [...new Set(keys)].map((subject_key) => ({ organisation, subject_key, authorisation }));
  await tx.insertInto('authorisation_subjects').values(subjects).execute();
}

/** The one with this reference, locked: of two who act at once the second sees what the first did. */
export async function lockAuthorisation(tx: Tx, organisation: string, ref: string): Promise<AuthorisationRow> {
  const query = tx
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('ref', '=', ref);
  const row = await locking(tx, query).executeTakeFirst();
  if (row === undefined) throw problem('authorisation-unknown', `There is no authorisation ${ref}.`);
  return row;
}

export const byRequestKey = (
  tx: Tx,
  { organisation, by, key }: { readonly organisation: string; readonly by: string; readonly key: string },
): Promise<AuthorisationRow | undefined> =>
  tx
    .selectFrom('authorisations')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('requested_by', '=', by)
    .where('request_key', '=', key)
    .executeTakeFirst();

type Key = Pick<AuthorisationRow, 'organisation' | 'id'>;

/** Changes one and raises its version. */
export async function updateAuthorisation(tx: Tx, row: Key, change: Partial<AuthorisationRow>): Promise<void> {
  await tx
    .updateTable('authorisations')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('organisation', '=', row.organisation)
    .where('id', '=', row.id)
    .execute();
}

export interface AuthorisationEvent {
  readonly at: number;
  readonly actor: string;
  /** requested, accepted, approved, refused, withdrawn, revoked, incident-ended, reminded, lapsed. */
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends to an authorisation's history; nothing in it is ever changed. */
export async function appendEvent(tx: Tx, row: Key, event: AuthorisationEvent): Promise<void> {
  const { organisation, id: authorisation } = row;
  const { at, actor, type, detail = {} } = event;
  const last = await tx
    .selectFrom('authorisation_events')
    .select('sequence')
    .where('organisation', '=', organisation)
    .where('authorisation', '=', authorisation)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const sequence = (last?.sequence ?? 0) + 1;
  await tx
    .insertInto('authorisation_events')
    .values({ organisation, authorisation, sequence, at, actor, type, detail: JSON.stringify(detail) })
    .execute();
}

/** Everything that happened to one, the newest first. */
export const readEvents = (db: Db, organisation: string, authorisation: string) =>
  db
    .selectFrom('authorisation_events')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('authorisation', '=', authorisation)
    .orderBy('sequence', 'desc')
    .execute();
