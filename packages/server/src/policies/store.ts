import { createHash } from 'node:crypto';
import {
  IMPLIED_AGENT_HEALTH,
  type PolicyDocument,
  type PolicyVersion,
  type Population,
  POPULATIONS,
  reigns,
  type Rule,
  rulesOf,
  startOfDay,
  versionInForce,
} from '@beadle/shared';
import { sql } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { lockOrganisation } from '../db/locks.ts';

export interface StoredPolicy {
  /** Rises with each upload, whatever the version is called. */
  readonly serial: number;
  readonly version: string;
  /** Of the document's text. */
  readonly hash: string;
  readonly document: PolicyDocument;
}

export interface PolicySummary extends PolicyVersion {
  readonly version: string;
  readonly title: string;
  readonly hash: string;
  readonly uploadedAt: number;
  readonly uploadedBy: string;
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
  for (const { from, version } of reigns(versions, population, at - LOOK_BACK_MS)) {
    const policy = await open(db, version);
    // Its true beginning, so that the document does not change from day to day.
    if (version !== undefined && policy !== undefined)
      found.push({ from: from === at - LOOK_BACK_MS ? version.effectiveAt : from, policy });
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

export interface ToldFirst {
  readonly reportTo: PolicyDocument['reportTo'];
  readonly policyTitle: string;
}

/** Whom the policy names as the first to be told (invariant 7); the Information Security Team Leader where there is none. */
export function toldFirst(policy: StoredPolicy | undefined): ToldFirst {
  const { reportTo = 'information-security-team-leader', title: policyTitle = 'policy' } = policy?.document ?? {};
  return { reportTo, policyTitle };
}

export interface FoundRule extends ToldFirst {
  readonly rule: Rule;
}

/** The rule by which a finding was judged, as its version had it; else as the version in force has it. */
export async function ruleOfFinding(
  db: Db | Tx,
  organisation: string,
  finding: { readonly rule: string; readonly policyVersion: string },
  at: number,
): Promise<FoundRule | undefined> {
  const judged = await policyOfVersion(db, organisation, finding.policyVersion);
  const policy = judged ?? (await generalPolicy(db, organisation, at));
  const rule = policy === undefined ? undefined : rulesOf(policy.document).find(({ id }) => id === finding.rule);
  const told = toldFirst(policy);
  if (rule !== undefined) return { rule, ...told };
  return finding.rule === IMPLIED_AGENT_HEALTH.id ? { rule: IMPLIED_AGENT_HEALTH, ...told } : undefined;
}

export async function listPolicies(db: Db | Tx, organisation: string): Promise<readonly PolicySummary[]> {
  const rows = await db
    .selectFrom('policies')
    .selectAll()
    .where('organisation', '=', organisation)
    .orderBy('serial', 'desc')
    .execute();
  return rows.map((row) => ({
    serial: row.serial,
    version: row.version,
    title: row.title,
    hash: row.hash,
    uploadedAt: row.uploaded_at,
    uploadedBy: row.uploaded_by,
    effectiveAt: row.effective_at,
    withdrawnAt: row.withdrawn_at,
    populations: row.populations === null ? null : (JSON.parse(row.populations) as Population[]),
  }));
}

/** The serials of those that hold at a moment for somebody. */
export const serialsInForce = (versions: readonly PolicyVersion[], at: number): ReadonlySet<number> =>
  new Set(
    [null, ...POPULATIONS].flatMap((population) => {
      const version = versionInForce(versions, population, at);
      return version === undefined ? [] : [version.serial];
    }),
  );

export interface Upload {
  readonly organisation: string;
  readonly document: PolicyDocument;
  /** The file as it was sent. */
  readonly source: string;
  readonly by: string;
  readonly at: number;
}

/** A finding says which version judged it, so that a version must never mean two things. */
function refuseTwoMeanings(all: readonly PolicySummary[], version: string, hash: string): void {
  if (all.every((row) => row.version !== version || row.hash === hash)) return;
  throw problem('conflict', `Version ${version} is another document already: give the changed policy a new version.`);
}

/** By which a document is known: SHA-256 of its JSON. */
export const hashOf = (document: PolicyDocument): string =>
  createHash('sha256').update(JSON.stringify(document)).digest('hex');

/** An upload while another is under way waits for it. Gives all that there is, the newest first. */
async function lockPolicies(tx: Tx, organisation: string): Promise<readonly PolicySummary[]> {
  await lockOrganisation(tx, organisation);
  return listPolicies(tx, organisation);
}

const samePopulations = (a: PolicyVersion, populations: readonly Population[] | null): boolean =>
  JSON.stringify(a.populations) === JSON.stringify(populations);

/**
 * Keeps a version, which holds from its `effectiveFrom` on and never from before its upload; the same document again
 * changes nothing. Throws `conflict` where its version names another document already.
 */
export async function putPolicyInForce(
  tx: Tx,
  upload: Upload,
): Promise<{ readonly serial: number; readonly changed: boolean }> {
  const { organisation, document, source, at } = upload;
  const text = JSON.stringify(document);
  const hash = hashOf(document);
  const all = await lockPolicies(tx, organisation);
  const populations = document.populations?.toSorted() ?? null;
  const latest = all.find((one) => one.withdrawnAt === null && samePopulations(one, populations));
  if (latest?.hash === hash) return { serial: latest.serial, changed: false };
  refuseTwoMeanings(all, document.version, hash);
  const serial = Math.max(at, (all[0]?.serial ?? 0) + 1);
  const { version, title } = document;
  const stored = { organisation, serial, version, title, hash, document: text, source, uploaded_at: at };
  await tx
    .insertInto('policies')
    .values({
      ...stored,
      uploaded_by: upload.by,
      effective_at: Math.max(at, startOfDay(document.effectiveFrom)),
      withdrawn_at: null,
      populations: populations === null ? null : JSON.stringify(populations),
    })
    .execute();
  return { serial, changed: true };
}

/**
 * Ends a version at `at`: what held before it, or is written for all, holds from then on. Throws `policy-unknown`, and
 * `conflict` where nothing would hold any more for those of whom nothing special is said.
 */
export async function withdrawPolicy(tx: Tx, organisation: string, version: string, at: number): Promise<void> {
  const all = await lockPolicies(tx, organisation);
  const ended = all.filter((one) => one.version === version && one.withdrawnAt === null);
  if (ended.length === 0) throw problem('policy-unknown', `There is no policy of version ${version} that could end.`);
  const left = all.map((one) => (ended.includes(one) ? { ...one, withdrawnAt: at } : one));
  const held = versionInForce(all, null, at) !== undefined;
  if (held && versionInForce(left, null, at) === undefined)
    throw problem('conflict', 'No policy would be in force any more: upload the one that follows it first.');
  const serials = ended.map(({ serial }) => serial);
  await tx
    .updateTable('policies')
    .set({ withdrawn_at: at })
    .where('organisation', '=', organisation)
    .where('serial', 'in', serials)
    .execute();
}
