import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A column's name, with `?` where it may be null; a time or a number where it ends with `_at`, `_from`, `_to` or is a count. */
type Columns = readonly string[];

const AUTHORISATIONS: Columns = [
  'organisation',
  'id',
  'ref',
  'kind',
  'clauses',
  'status',
  'version',
  'subject',
  'scope',
  'purpose',
  'risks',
  'accepted_at?',
  'accepted_by?',
  'acceptance_recorded_by?',
  'requested_at',
  'requested_by',
  'requested_role',
  'request_key?',
  'demanded_role',
  'decided_at?',
  'decided_by?',
  'decided_role?',
  'decision_reason?',
  'conditions',
  'valid_from',
  'valid_to',
  'review_at',
  'revoked_at?',
  'revoked_by?',
  'revoked_reason?',
  'incident?',
  'safety_review?',
  'asked_told_at?',
  'end_told_at?',
  'review_told_at?',
  'lapse_told_at?',
];
const EVENTS: Columns = ['organisation', 'authorisation', 'sequence', 'at', 'actor', 'type', 'detail'];
const SUBJECTS: Columns = ['organisation', 'subject_key', 'authorisation'];
const INCIDENTS: Columns = [
  'organisation',
  'id',
  'ref',
  'title',
  'description',
  'populations?',
  'declared_at',
  'declared_by',
  'declared_role',
  'ended_at?',
  'ended_by?',
  'end_reason?',
];

const isNumber = (name: string): boolean => /(^|_)(at|from|to|sequence|version)$/.test(name);

async function createTable(
  db: Kysely<unknown>,
  table: string,
  columns: Columns,
  key: readonly string[],
): Promise<void> {
  let builder = db.schema.createTable(table);
  for (const text of columns) {
    const name = text.replace('?', '');
    builder = builder.addColumn(name, isNumber(name) ? sql`bigint` : sql`text`, (column) =>
      text.endsWith('?') ? column : column.notNull(),
    );
  }
  await builder.addPrimaryKeyConstraint(`${table}_key`, [...key] as never[]).execute();
}

const index = (db: Kysely<unknown>, name: string, on: string, columns: readonly string[]) =>
  db.schema
    .createIndex(name)
    .on(on)
    .columns([...columns]);

/** Time-bound permissions, their history, whom each concerns, and the incidents that some hang on. */
export const authorisations: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'authorisations', AUTHORISATIONS, ['organisation', 'id']);
    await createTable(db, 'authorisation_events', EVENTS, ['organisation', 'authorisation', 'sequence']);
    await createTable(db, 'authorisation_subjects', SUBJECTS, ['organisation', 'subject_key', 'authorisation']);
    await createTable(db, 'incidents', INCIDENTS, ['organisation', 'id']);
    await index(db, 'authorisations_by_ref', 'authorisations', ['organisation', 'ref']).unique().execute();
    await index(db, 'authorisations_once', 'authorisations', ['organisation', 'requested_by', 'request_key'])
      .unique()
      .where(sql<boolean>`request_key is not null`)
      .execute();
    await index(db, 'incidents_by_ref', 'incidents', ['organisation', 'ref']).unique().execute();
  },
};
