import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { Db } from '../../../packages/server/src/db/database.ts';
import { runsSideBySide } from '../../../packages/server/src/db/engine.ts';
import { migrate } from '../../../packages/server/src/db/migrate.ts';
import { inTransaction } from '../../../packages/server/src/db/transaction.ts';
import { ensureOrganisation, ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { putPolicyInForce } from '../../../packages/server/src/policies/upload.ts';
import { policyInReport } from '../../start/policy.ts';
import { documentOf, POLICY } from '../preview-fleet.ts';
import { progress } from '../result.ts';
import { insertActs } from './acts.ts';
import { insertAuthorisations } from './authorisations.ts';
import { type Breach, VIEWER } from './breach-row.ts';
import { insertBreaches } from './breaches.ts';
import { type CouncilDevice, insertDevices } from './devices.ts';
import { insertFindings } from './findings.ts';
import { insertAll } from './insert.ts';
import { insertNotices } from './notices.ts';
import { insertPeople } from './people.ts';
import { DAY_MS, NOW, YEAR_MS } from './sizes.ts';

export interface LargeCouncil {
  readonly devices: readonly CouncilDevice[];
  readonly breaches: readonly Breach[];
}

/** The version that is in force, and the one that reports. */
export const VERSIONS = { first: '2026.1', second: '2026.2' } as const;
export const nextVersion = (version: string): string =>
  policyInReport(POLICY).replace(`version: "${VERSIONS.first}"`, `version: "${version}"`);

async function putPolicies(db: Db): Promise<void> {
  const texts = [readFileSync(POLICY, 'utf8'), nextVersion(VERSIONS.second)];
  for (const [index, source] of texts.entries()) {
    const at = NOW - YEAR_MS + index * 200 * DAY_MS;
    const upload = { organisation: ORGANISATION, document: documentOf(source), source, by: VIEWER, at };
    await inTransaction(db, (tx) => putPolicyInForce(tx, upload));
  }
}

/** Without waiting for the disk: what is lost with the machine is made again. */
export async function inHaste(db: Db): Promise<void> {
  if (runsSideBySide(db)) return;
  await sql`pragma synchronous = off`.execute(db);
  await sql`pragma journal_mode = memory`.execute(db);
}

/** As PostgreSQL does by itself soon after many rows have come (autovacuum); SQLite is left as the server leaves it. */
export async function settle(db: Db): Promise<void> {
  if (runsSideBySide(db)) await sql`vacuum analyze`.execute(db);
  else await sql`pragma journal_mode = wal`.execute(db);
}

const savedViews = ['Mine first', 'Sticks', 'Confirmed'].map((name, index) => ({
  organisation: ORGANISATION,
  account: VIEWER,
  name,
  query: 'queue=officer',
  created_at: NOW + index,
}));

/** Writes a large council of a year into an empty database. */
export async function writeCouncil(db: Db): Promise<LargeCouncil> {
  const began = performance.now();
  await inHaste(db);
  await migrate(db);
  await ensureOrganisation(db, { name: 'Northmere Borough Council', at: NOW - YEAR_MS });
  await putPolicies(db);
  const { devices, breaches } = await inTransaction(db, async (tx) => {
    await tx.deleteFrom('audit').execute();
    await tx.deleteFrom('counters').execute();
    await insertPeople(tx);
    const made = await insertDevices(tx);
    progress('pages: people, devices and what holds on them');
    await insertAuthorisations(tx, made);
    const found = await insertBreaches(tx, made);
    await insertNotices(tx, found);
    progress('pages: authorisations, breaches and messages');
    await insertActs(tx, found);
    await insertAll(tx, 'saved_views', savedViews);
    progress('pages: the audit log');
    return { devices: made, breaches: found };
  });
  await inTransaction(db, (tx) => insertFindings(tx, devices));
  await settle(db);
  progress(`pages: the council was written in ${Math.round((performance.now() - began) / 1000)} s`);
  return { devices, breaches };
}
