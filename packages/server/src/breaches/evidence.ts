import { iso, isoOrNull } from '@beadle/shared';
import { type Caller, actorOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { FINDINGS } from '../evidence/chain.ts';
import type { EvidenceFile } from '../evidence/manifest.ts';
import { segmentsOfBreach } from '../findings/segments.ts';
import { policyOfVersion, sourceOf } from '../policies/store.ts';
import { readBreachEvents, readNotices } from './read-history.ts';
import { parsed } from './report-parsed.ts';
import type { ReportSources } from './report-sources.ts';

/** Far more than a case has. */
const MOST_EVENTS = 10_000;
const MOST_OPENINGS = 10_000;

const json = (name: string, about: string, value: unknown): EvidenceFile => ({
  name,
  about,
  bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`),
});

/** Who looked at the breach, its report or its evidence, as the audit log has it. */
async function openings(db: Db, organisation: string, ref: string) {
  const rows = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'action'])
    .where('organisation', '=', organisation)
    .where('target', '=', `breach:${ref}`)
    .where('action', 'in', [
      'breach-viewed',
      'breach-report-viewed',
      'breach-article-33-viewed',
      'breach-evidence-taken',
    ])
    .orderBy('sequence', 'desc')
    .limit(MOST_OPENINGS)
    .execute();
  return rows.toReversed().map(({ at, ...row }) => ({ at: iso(at), ...row }));
}

/** The files of the policies by which the breach and what it rests on were judged, as they were uploaded. */
async function policies(db: Db, { breach, findings }: ReportSources): Promise<EvidenceFile[]> {
  const { organisation } = breach;
  const versions = [...new Set([breach.policy_version, ...findings.map((one) => one.policy_version)])].toSorted();
  const files: EvidenceFile[] = [];
  for (const version of versions) {
    const policy = await policyOfVersion(db, organisation, version);
    const source = policy === undefined ? undefined : await sourceOf(db, organisation, policy.serial);
    if (policy === undefined || source === undefined) continue;
    // A version may be called anything; a file may not.
    const name = `policy-${files.length + 1}.yaml`;
    files.push({ name, about: `The policy, version ${version}, as it was uploaded`, bytes: Buffer.from(source) });
  }
  return files;
}

const presentNotice = (notice: ReportSources['notices'][number]) => ({
  role: notice.role,
  channel: notice.channel,
  address: notice.address,
  title: notice.title,
  body: notice.body,
  status: notice.status,
  madeAt: iso(notice.created_at),
  sentAt: isoOrNull(notice.sent_at),
  sentAs: notice.sent_as,
  receipt: notice.receipt,
});

/** What a pack holds beside the report: findings, policies, messages, the timeline and who has looked. */
export async function evidenceFiles(db: Db, sources: ReportSources): Promise<EvidenceFile[]> {
  const { breach } = sources;
  const { organisation, id, ref } = breach;
  const segments = await segmentsOfBreach(db, organisation, id);
  const notices = await readNotices(db, organisation, id);
  const events = await readBreachEvents(db, organisation, id, MOST_EVENTS);
  const timeline = events
    .toReversed()
    .map(({ at, actor, type, detail }) => ({ at: iso(at), actor, type, detail: parsed(detail) }));
  return [
    json(FINDINGS, 'What devices sent, as it was received, with the chain that it is part of', { segments }),
    json('timeline.json', 'Everything that happened to the breach', timeline),
    json('messages.json', 'What was told to whom', notices.map(presentNotice)),
    json('opened-by.json', 'Who has looked at it, from the audit log', await openings(db, organisation, ref)),
    ...(await policies(db, sources)),
  ];
}

/** For the manifest: whose, about what, and for whom. */
export const writtenOf = ({ council, marking, now, breach }: ReportSources, caller: Caller) => ({
  reference: breach.ref,
  council,
  marking,
  writtenAt: iso(now),
  writtenFor: actorOf(caller),
});
