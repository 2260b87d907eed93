import { createHash } from 'node:crypto';
import { IMPLIED_AGENT_HEALTH, type PolicyDocument, type Rule, rulesOf } from '@beadle/shared';
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

export interface PolicySummary {
  readonly serial: number;
  readonly version: string;
  readonly title: string;
  readonly uploaded_at: number;
  readonly uploaded_by: string;
  readonly in_force: number;
}

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

const inForce = compiledOnce((db, arg: { organisation: string }) =>
  db
    .selectFrom('policies')
    .select(columns)
    .where('organisation', '=', arg.organisation)
    // Written out, so that the partial index serves.
    .where('in_force', '=', sql.lit(1)),
);

const ofVersion = compiledOnce((db, arg: { organisation: string; version: string }) =>
  db
    .selectFrom('policies')
    .select(columns)
    .where('organisation', '=', arg.organisation)
    .where('version', '=', arg.version)
    .orderBy('serial', 'desc')
    .limit(sql.lit(1)),
);

export async function policyInForce(db: Db | Tx, organisation: string): Promise<StoredPolicy | undefined> {
  const { rows } = await inForce(db, { organisation });
  return open(db, rows[0]);
}

export async function policyOfVersion(
  db: Db | Tx,
  organisation: string,
  version: string,
): Promise<StoredPolicy | undefined> {
  const { rows } = await ofVersion(db, { organisation, version });
  return open(db, rows[0]);
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
): Promise<FoundRule | undefined> {
  const judged = await policyOfVersion(db, organisation, finding.policyVersion);
  const policy = judged ?? (await policyInForce(db, organisation));
  const rule = policy === undefined ? undefined : rulesOf(policy.document).find(({ id }) => id === finding.rule);
  const told = toldFirst(policy);
  if (rule !== undefined) return { rule, ...told };
  return finding.rule === IMPLIED_AGENT_HEALTH.id ? { rule: IMPLIED_AGENT_HEALTH, ...told } : undefined;
}

export const listPolicies = (db: Db, organisation: string): Promise<PolicySummary[]> =>
  db
    .selectFrom('policies')
    .select(['serial', 'version', 'title', 'uploaded_at', 'uploaded_by', 'in_force'])
    .where('organisation', '=', organisation)
    .orderBy('serial', 'desc')
    .execute();

export interface Upload {
  readonly organisation: string;
  readonly document: PolicyDocument;
  /** The file as it was sent. */
  readonly source: string;
  readonly by: string;
  readonly at: number;
}

/** A finding says which version judged it, so that a version must never mean two things. */
async function refuseTwoMeanings(tx: Tx, organisation: string, version: string, hash: string): Promise<void> {
  const rows = await tx
    .selectFrom('policies')
    .select('hash')
    .where('organisation', '=', organisation)
    .where('version', '=', version)
    .execute();
  if (rows.every((row) => row.hash === hash)) return;
  throw problem('conflict', `Version ${version} is another document already: give the changed policy a new version.`);
}

/**
 * Puts a policy in force; the same document again changes nothing. Throws `conflict` where its version names another
 * document already.
 */
export async function putPolicyInForce(
  tx: Tx,
  upload: Upload,
): Promise<{ readonly serial: number; readonly changed: boolean }> {
  const { organisation, document, source, at } = upload;
  const text = JSON.stringify(document);
  const hash = createHash('sha256').update(text).digest('hex');
  await lockOrganisation(tx, organisation);
  const current = await tx
    .selectFrom('policies')
    .select(['serial', 'hash'])
    .where('organisation', '=', organisation)
    .where('in_force', '=', 1)
    .executeTakeFirst();
  if (current?.hash === hash) return { serial: current.serial, changed: false };
  await refuseTwoMeanings(tx, organisation, document.version, hash);
  await tx.updateTable('policies').set({ in_force: 0 }).where('organisation', '=', organisation).execute();
  const serial = Math.max(at, (current?.serial ?? 0) + 1);
  const { version, title } = document;
  const stored = { organisation, serial, version, title, hash, document: text, source, uploaded_at: at };
  await tx
    .insertInto('policies')
    .values({ ...stored, uploaded_by: upload.by, in_force: 1 })
    .execute();
  return { serial, changed: true };
}
