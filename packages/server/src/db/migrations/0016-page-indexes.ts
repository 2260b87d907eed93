import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Index {
  readonly name: string;
  readonly on: string;
  readonly columns: readonly string[];
  /** What makes it partial: a query must have the very words among its conditions. */
  readonly where?: string;
}

/** By what the pages and lists of a large council are read; `concealed_from` stands in those by which breaches are counted. */
const INDEXES: readonly Index[] = [
  {
    name: 'breaches_open',
    on: 'breaches',
    columns: ['organisation', 'duty', 'opened_at', 'id'],
    where: 'ended_at is null',
  },
  {
    name: 'breaches_ended',
    on: 'breaches',
    columns: ['organisation', 'opened_at', 'id', 'concealed_from'],
    where: 'ended_at is not null',
  },
  { name: 'breaches_by_status', on: 'breaches', columns: ['organisation', 'status', 'ended_at'] },
  { name: 'breaches_by_rule', on: 'breaches', columns: ['organisation', 'rule', 'opened_at', 'id', 'concealed_from'] },
  {
    name: 'breaches_concealed',
    on: 'breaches',
    columns: ['organisation', 'id'],
    where: 'concealed_from is not null',
  },
  // Most messages are about one breach: of those that are about several there are few.
  { name: 'notices_of_one', on: 'notices', columns: ['organisation', 'breaches'], where: "breaches not like '%,%'" },
  { name: 'notices_of_several', on: 'notices', columns: ['organisation', 'id'], where: "breaches like '%,%'" },
  { name: 'notices_by_channel', on: 'notices', columns: ['organisation', 'channel', 'id'] },
  { name: 'audit_by_target', on: 'audit', columns: ['organisation', 'target', 'sequence'] },
  { name: 'audit_by_actor', on: 'audit', columns: ['organisation', 'actor', 'sequence'] },
  { name: 'audit_by_action', on: 'audit', columns: ['organisation', 'action', 'sequence'] },
];

/** Indexes for the pages of a large council; none on the findings, which are inserted far more often than looked at. */
export const pageIndexes: Migration = {
  async up(db: Kysely<unknown>) {
    for (const { name, on, columns, where } of INDEXES) {
      const builder = db.schema
        .createIndex(name)
        .on(on)
        .columns([...columns]);
      await (where === undefined ? builder : builder.where(sql.raw<boolean>(where))).execute();
    }
  },
};
