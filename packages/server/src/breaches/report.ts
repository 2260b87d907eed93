import { iso, REASONS } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { findingsOfBreach, type FindingView } from '../findings/read.ts';
import { appearance } from './appearance.ts';
import { notKnownOf } from './not-known.ts';
import { type BreachView, readBreachEvents, readDeviceOf, readHead, readNotices } from './read.ts';
import type { BreachReport } from './report-document.ts';
import type { ReportSources } from './report-sources.ts';

/** More findings than this are counted in the report but not listed. */
const MOST_FINDINGS = 200;

const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));

/** JSON that a store wrote; what cannot be read is shown as the text that it is. */
function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function entriesOf(observed: string): { name: string; value: unknown }[] {
  const value = parsed(observed);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, seen]) => ({ name, value: seen }));
}

const words = (reason: string | null): string | null =>
  reason === null ? null : ((REASONS as Readonly<Record<string, string>>)[reason] ?? reason);

const presentFinding = (finding: FindingView): BreachReport['history'][number] => ({
  id: `${finding.device}.${finding.generation}.${finding.sequence}`,
  generation: finding.generation,
  sequence: finding.sequence,
  observedAt: iso(finding.at),
  receivedAt: iso(finding.received_at),
  verdict: finding.verdict,
  reason: finding.reason,
  reasonInWords: words(finding.reason),
  severity: finding.severity,
  subject: finding.subject,
  policyVersion: finding.policy_version,
  bodyHash: finding.body_hash,
  link: finding.link,
  bodyHeld: finding.held === 1,
});

/** The holder is named only where it is theirs to put right: a breach of ICT's is on nobody's record. */
function deviceOf({ breach, device, head }: ReportSources): BreachReport['device'] {
  if (device === undefined) return null;
  return {
    assetTag: device.asset_tag,
    serialNumber: device.serial_number,
    kind: device.kind,
    holder: breach.duty === 'holder' ? device.holder : null,
    platform: device.platform === null ? null : [device.platform, device.release].filter(Boolean).join(' '),
    agentVersion: device.agent_version,
    clockSkewSeconds: device.clock_skew_ms === null ? null : Math.round(device.clock_skew_ms / 1000),
    chain: head === undefined ? null : { generation: head.generation, sequence: head.sequence, link: head.link },
  };
}

const describe = ({ breach, ...sources }: ReportSources) => ({
  reference: breach.ref,
  appears: appearance(breach),
  confirmed: breach.triage === 'confirmed',
  triage: breach.triage,
  status: breach.status,
  openedAt: iso(breach.opened_at),
  endedAt: isoOrNull(breach.ended_at),
  acknowledgedAt: isoOrNull(breach.acknowledged_at),
  acknowledgedBy: breach.acknowledged_by,
  clause: breach.clause,
  says: breach.says,
  rule: breach.rule,
  check: breach.check_name,
  policyVersion: breach.policy_version,
  duty: breach.duty,
  remedy: breach.remedy,
  severity: { byPolicy: breach.severity, assessed: breach.assessed_severity },
  device: deviceOf({ breach, ...sources }),
  subject: breach.subject,
  kind: breach.kind,
  count: breach.count,
  firstSeen: iso(breach.first_seen),
  lastSeen: iso(breach.last_seen),
  seen: entriesOf(breach.observed),
  reported: parsed(breach.report),
});

/** The report about a breach; pure. */
export function buildReport(sources: ReportSources): BreachReport {
  return {
    marking: sources.marking,
    council: sources.council,
    writtenAt: iso(sources.now),
    ...describe(sources),
    history: sources.findings.map(presentFinding),
    historyIsWhole: sources.findingsAreWhole,
    timeline: sources.events.map(({ at, actor, type, detail }) => ({
      at: iso(at),
      actor,
      type,
      detail: parsed(detail),
    })),
    notified: sources.notices.map((notice) => ({
      role: notice.role,
      channel: notice.channel,
      status: notice.status,
      madeAt: iso(notice.created_at),
      sentAt: isoOrNull(notice.sent_at),
      attempts: notice.attempts,
    })),
    notKnown: notKnownOf(sources),
  };
}

/** Gathers what is known about a breach and writes the report. */
export async function reportOn(
  db: Db,
  breach: BreachView,
  rest: Pick<ReportSources, 'marking' | 'council' | 'now'>,
): Promise<BreachReport> {
  const { organisation, id } = breach;
  const device = await readDeviceOf(db, breach);
  const [head, found, events, notices] = await Promise.all([
    device === undefined ? undefined : readHead(db, organisation, device.id, device.generation),
    findingsOfBreach(db, organisation, id, MOST_FINDINGS + 1),
    readBreachEvents(db, organisation, id),
    readNotices(db, organisation, id, breach.opened_at),
  ]);
  const findings = found.slice(0, MOST_FINDINGS);
  const findingsAreWhole = found.length <= MOST_FINDINGS;
  return buildReport({ ...rest, breach, device, head, findings, findingsAreWhole, events, notices });
}
