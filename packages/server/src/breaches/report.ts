import { REASONS, iso, isoOrNull } from '@beadle/shared';
import type { FindingView } from '../findings/read.ts';
import { appearance, titleOf } from './appearance.ts';
import { notKnownOf } from './not-known.ts';
import { decidedOn } from './report-decided.ts';
import type { BreachReport } from './report-document.ts';
import { encryptionOf } from './report-encryption.ts';
import { clocksOf, momentsOf } from './report-moments.ts';
import { membersOf, parsed, stringOrNull } from './report-parsed.ts';
import type { ReportSources } from './report-sources.ts';

/** What the server looked up when a person reported stands under `encryption`. */
const entriesOf = ({ kind, observed }: ReportSources['breach']): BreachReport['seen'] =>
  kind === 'person' ? [] : Object.entries(membersOf(observed)).map(([name, value]) => ({ name, value }));

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

function reportedIn({ report, subject }: ReportSources['breach']): BreachReport['reported'] {
  if (report === null) return null;
  const said = membersOf(report);
  return {
    by: stringOrNull(said['by']),
    title: subject,
    description: stringOrNull(said['description']),
    certainty: stringOrNull(said['certainty']),
    discoveredAt: stringOrNull(said['discoveredAt']),
    lastSeenAt: stringOrNull(said['lastSeenAt']),
    place: stringOrNull(said['place']),
    information: stringOrNull(said['information']),
    personalData: stringOrNull(said['personalData']),
    done: stringOrNull(said['done']),
    policeReference: stringOrNull(said['policeReference']),
  };
}

const describe = ({ breach, ...sources }: ReportSources) => ({
  reference: breach.ref,
  title: titleOf(breach),
  appears: appearance(breach),
  confirmed: breach.triage === 'confirmed',
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
  seen: entriesOf(breach),
  reported: reportedIn(breach),
});

const listed = ({ findings, events, notices, ...sources }: ReportSources) => ({
  history: findings.map(presentFinding),
  historyIsWhole: sources.findingsInAll <= findings.length,
  historyInAll: sources.findingsInAll,
  timeline: events.map(({ at, actor, type, detail }) => ({ at: iso(at), actor, type, detail: parsed(detail) })),
  timelineInAll: sources.eventsInAll,
  notified: notices.map((notice) => ({
    role: notice.role,
    channel: notice.channel,
    status: notice.status,
    madeAt: iso(notice.created_at),
    sentAt: isoOrNull(notice.sent_at),
    attempts: notice.attempts,
  })),
  notifiedInAll: sources.noticesInAll,
});

/** The report about a breach; pure. */
export function buildReport(sources: ReportSources): BreachReport {
  const { breach } = sources;
  const decided = decidedOn(breach, sources.acts, sources.actions);
  const moments = momentsOf(sources, decided);
  const encryption = encryptionOf(breach, sources.lastEncryption);
  return {
    marking: sources.marking,
    council: sources.council,
    writtenAt: iso(sources.now),
    ...describe(sources),
    moments,
    clocks: clocksOf(sources, decided),
    decided,
    encryption,
    ...listed(sources),
    notKnown: notKnownOf(sources, { decided, moments, encryption }),
  };
}
