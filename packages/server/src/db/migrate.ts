import { sql } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import type { Db } from './database.ts';
import { runsSideBySide } from './engine.ts';
import { StartError } from '../errors.ts';
import { inTurn } from './migrate-in-turn.ts';
import { start } from './migrations/0001-start.ts';
import { reportsByPeople } from './migrations/0002-reports-by-people.ts';
import { people } from './migrations/0003-people.ts';
import { deviceStates } from './migrations/0004-device-states.ts';
import { policyVersions } from './migrations/0005-policy-versions.ts';
import { authorisations } from './migrations/0006-authorisations.ts';
import { connectedTime } from './migrations/0007-connected-time.ts';
import { quietFirst } from './migrations/0008-quiet-first.ts';
import { byHand } from './migrations/0009-by-hand.ts';
import { daysAndPaper } from './migrations/0010-days-and-paper.ts';
import { deliveries } from './migrations/0011-deliveries.ts';
import { breachLife } from './migrations/0012-breach-life.ts';
import { savedViews } from './migrations/0013-saved-views.ts';
import { dailyStanding } from './migrations/0014-daily-standing.ts';
import { helpdesk } from './migrations/0015-helpdesk.ts';
import { pageIndexes } from './migrations/0016-page-indexes.ts';
import { dataProtection } from './migrations/0017-data-protection.ts';
import { signIn } from './migrations/0020-sign-in.ts';
import { rights } from './migrations/0021-rights.ts';
import { accounts } from './migrations/0022-accounts.ts';
import { withdrawals } from './migrations/0023-withdrawals.ts';
import { deviceOrders } from './migrations/0024-device-orders.ts';
import { exhibits } from './migrations/0025-exhibits.ts';
import { massEnrolment } from './migrations/0026-mass-enrolment.ts';
import { pauses } from './migrations/0027-pauses.ts';
import { keysOfADevice } from './migrations/0028-keys-of-a-device.ts';
import { serverKeys } from './migrations/0029-server-keys.ts';

const migrationsOf = (db: Db): MigrationProvider => ({
  getMigrations: async () => ({
    '0001-start': start(runsSideBySide(db) ? 'bytea' : 'blob'),
    '0002-reports-by-people': reportsByPeople,
    '0003-people': people,
    '0004-device-states': deviceStates,
    '0005-policy-versions': policyVersions,
    '0006-authorisations': authorisations,
    '0007-connected-time': connectedTime,
    '0008-quiet-first': quietFirst,
    '0009-by-hand': byHand,
    '0010-days-and-paper': daysAndPaper,
    '0011-deliveries': deliveries,
    '0012-breach-life': breachLife,
    '0013-saved-views': savedViews,
    '0014-daily-standing': dailyStanding,
    '0015-helpdesk': helpdesk,
    '0016-page-indexes': pageIndexes,
    '0017-data-protection': dataProtection,
    '0020-sign-in': signIn,
    '0021-rights': rights,
    '0022-accounts': accounts,
    '0023-withdrawals': withdrawals,
    '0024-device-orders': deviceOrders,
    '0025-exhibits': exhibits,
    '0026-mass-enrolment': massEnrolment,
    '0027-pauses': pauses,
    '0028-keys-of-a-device': keysOfADevice,
    '0029-server-keys': serverKeys,
  }),
});

/** Throws where the database has had a migration that this version has not: what it means here is not known. */
async function refuseNewer(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const known = await migrationsKnown(db);
  const newer = rows.find(({ name }) => !known.includes(name));
  if (newer === undefined) return;
  throw new StartError(`The database is of a newer version of Beadle (${newer.name}): start that version.`);
}

interface MigrateOptions {
  /** Those of this version, but in a test. */
  readonly provider?: MigrationProvider;
  /** The last that is applied; left out: all. */
  readonly upTo?: string;
}

const applied = (db: Db, { provider = migrationsOf(db), upTo }: MigrateOptions) => {
  const migrator = new Migrator({ db, provider });
  return upTo === undefined ? migrator.migrateToLatest() : migrator.migrateTo(upTo);
};

/**
 * Brings the tables up to date; gives the names of what was applied. Of several servers that start at once one does it, and
 * those that serve go on meanwhile.
 */
export async function migrate(db: Db, options: MigrateOptions = {}): Promise<readonly string[]> {
  const { error, results = [] } = await (runsSideBySide(db)
    ? inTurn(db, (tx) => applied(tx, options))
    : applied(db, options));
  if (error !== undefined) {
    const failed = new Error('the database could not be brought up to date', { cause: error });
    await refuseNewer(db).catch((why: unknown) => {
      throw why instanceof StartError ? why : failed;
    });
    throw failed;
  }
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

/** The names of the migrations of this version, in their order. */
export const migrationsKnown = async (db: Db): Promise<readonly string[]> =>
  Object.keys(await migrationsOf(db).getMigrations());
