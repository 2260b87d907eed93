import {
  type PolicyDocument,
  type PolicyVersion,
  type Population,
  reigns,
  toldReigns,
  versionInForce,
} from '@beadle/shared';
import { sql } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Db, Tx } from '../db/database.ts';

export interface StoredPolicy {
  /** Rises with each upload, whatever the version is called. */
  readonly serial: number;
  readonly version: string;
  /** Of the document's text. */
  readonly hash: string;
  readonly document: PolicyDocument;
}

/** Whom and when a policy is asked for: `at` in milliseconds since the epoch. */
export interface When {
  readonly population: Population | null;
  readonly at: number;
}

/** A version that holds from a moment until the next one's. */
export interface Reign {
  readonly from: number;
  readonly policy: StoredPolicy;
}

/** What happened this long ago is still told, and judged by the version of then. */
const LOOK_BACK_MS = 45 * 86_400_000;

interface Found {
  readonly organisation: string;
  readonly serial: number;
  readonly version: string;
  readonly hash: string;
}

/** Documents that have been read, by the hash of their text: what a hash names never changes, in whichever database. */
const documents = new Map<string, PolicyDocument>();
const MOST_DOCUMENTS = 50;

async function open(db: Db | Tx, found: Found | undefined): Promise<StoredPolicy | undefined> {
  if (found === undefined) return undefined;
  const { organisation, serial, version, hash } = found;
  const known = documents.get(hash);
  if (known !== undefined) return { serial, version, hash, document: known };
  const { document: text } = await db
    .selectFrom('policies')
    .select('document')
    .where('organisation', '=', organisation)
    .where('serial', '=', serial)
    .executeTakeFirstOrThrow();
  if (documents.size >= MOST_DOCUMENTS) documents.clear();
  const document = JSON.parse(text) as PolicyDocument;
  documents.set(hash, document);
  return { serial, version, hash, document };
}

const columns = ['organisation', 'serial', 'version', 'hash'] as const;

interface VersionRow extends PolicyVersion, Found {}

const allVersions = compiledOnce((db, arg: { organisation: string }) =>
  db
    .selectFrom('policies')
    .select([...columns, 'effective_at', 'withdrawn_at', 'populations'])
    .where('organisation', '=', arg.organisation),
);

async function versionsOf(db: Db | Tx, organisation: string): Promise<readonly VersionRow[]> {
  const { rows } = await allVersions(db, { organisation });
  return rows.map(({ effective_at, withdrawn_at, populations, ...row }) => ({
    ...row,
    effectiveAt: effective_at,
    withdrawnAt: withdrawn_at,
    populations: populations === null ? null : (JSON.parse(populations) as Population[]),
  }));
}

const ofVersion = compiledOnce((db, arg: { organisation: string; version: string }) =>
  db
    .selectFrom('policies')
    .select(columns)
    .where('organisation', '=', arg.organisation)
    .where('version', '=', arg.version)
    .orderBy('serial', 'desc')
    .limit(sql.lit(1)),
);

export async function policyInForce(
  db: Db | Tx,
  organisation: string,
  { population, at }: When,
): Promise<StoredPolicy | undefined> {
  return open(db, versionInForce(await versionsOf(db, organisation), population, at));
}

/** The council's own policy, where it matters of nobody in particular; else any that it has. */
export async function generalPolicy(db: Db | Tx, organisation: string, at: number): Promise<StoredPolicy | undefined> {
  const versions = await versionsOf(db, organisation);
  const general = versionInForce(versions, null, at);
  return open(db, general ?? versions.toSorted((a, b) => b.effectiveAt - a.effectiveAt)[0]);
}

/**
 * What a device of a population is to know: the versions of the last 45 days, the one in force and those to come, in
 * their order; undefined where the council has no policy at all.
 */
export async function reignsFor(
  db: Db | Tx,
  organisation: string,
  { population, at }: When,
): Promise<readonly Reign[] | undefined> {
  const versions = await versionsOf(db, organisation);
  if (versions.length === 0) return undefined;
  const found: Reign[] = [];
  for (const { from, version } of toldReigns(reigns(versions, population, at - LOOK_BACK_MS), at)) {
    const policy = await open(db, version);
    // Its true beginning, so that the document does not change from day to day.
    if (policy !== undefined) found.push({ from: from === at - LOOK_BACK_MS ? version.effectiveAt : from, policy });
  }
  return found;
}

export async function policyOfVersion(
  db: Db | Tx,
  organisation: string,
  version: string,
): Promise<StoredPolicy | undefined> {
  const { rows } = await ofVersion(db, { organisation, version });
  return open(db, rows[0]);
}

/** The file of a policy, as it was uploaded. */
export async function sourceOf(db: Db | Tx, organisation: string, serial: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('policies')
    .select('source')
    .where('organisation', '=', organisation)
    .where('serial', '=', serial)
    .executeTakeFirst();
  return row?.source;
}
