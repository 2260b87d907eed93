import { createHash } from 'node:crypto';
import {
  type PolicyDocument,
  type PolicyVersion,
  type Population,
  POPULATIONS,
  startOfDay,
  versionInForce,
} from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { problem } from '../errors.ts';

export interface PolicySummary extends PolicyVersion {
  readonly version: string;
  readonly title: string;
  readonly hash: string;
  readonly uploadedAt: number;
  readonly uploadedBy: string;
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

/** For whom each version that holds at a moment does, by its serial; null is everybody of whom nothing special is said. */
export function holdersOf(
  versions: readonly PolicyVersion[],
  at: number,
): ReadonlyMap<number, readonly (Population | null)[]> {
  const found = new Map<number, (Population | null)[]>();
  for (const population of [null, ...POPULATIONS]) {
    const version = versionInForce(versions, population, at);
    if (version !== undefined) found.set(version.serial, [...(found.get(version.serial) ?? []), population]);
  }
  return found;
}

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
